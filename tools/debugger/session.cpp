#include "tools/debugger/session.h"

#include <fmt/format.h>

#include <array>

#include "checkers/registry.h"
#include "format/text_form.h"

namespace ddireplay::tools {
namespace {

// Finds where the recorded machine's verifier kept its list entries: the field VerifierEntry of an
// image's load, in traces that have it.
class ListEntryWatcher : public replay::Checker {
 public:
  explicit ListEntryWatcher(ListEntries& entries) : entries_(entries) {}

  std::span<const replay::Rule> rules() const override { return {}; }
  std::span<const replay::Op> operations() const override { return kOperations; }

  void on_step(const replay::Step& step, const replay::World& before,
               replay::FindingSink&) override {
    const int field = before.trace().function(step.event->function).layout.find("VerifierEntry");
    if (field < 0) return;
    entries_[step.driver] = step.event->values[field];
  }

 private:
  static constexpr std::array kOperations = {replay::Op::image_load, replay::Op::image_attach};
  ListEntries& entries_;
};

// The findings are known: only the World is wanted.
constexpr std::span<const std::unique_ptr<replay::Checker>> kNoCheckers;

}  // namespace

StoredEvent::StoredEvent(const format::Event& original)
    : values(original.values, original.values + original.value_count), event(original) {
  event.values = values.data();
}

std::unique_ptr<StoredEvent> read_event(format::TraceReader& trace, std::uint64_t position) {
  format::EventSource source(trace);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) {
      if (event.position != position || event.function == format::kGap) continue;
      return std::make_unique<StoredEvent>(event);
    }
  }
  return nullptr;
}

Session::Session(const std::string& path, const std::string& symbol_path)
    : trace_(format::open_trace(path)), checkers_(checkers::make_all_checkers()) {
  checkers_.push_back(std::make_unique<ListEntryWatcher>(list_entries_));
  replay::Replay replay(trace_, checkers_);
  replay.run();
  report_ = replay.report();
  symbolizer_ = std::make_unique<Symbolizer>(trace_, symbol_path);
  position_ = report_.findings.empty() ? report_.events : report_.findings.back().position;
}

Session::~Session() = default;

void Session::go_to(std::uint64_t position) {
  if (position == 0 || position > report_.events) {
    throw format::Error(fmt::format("#{} is not in this trace: its positions are #1 to #{}",
                                    position, report_.events),
                        format::ExitStatus::usage);
  }
  position_ = position;
  replay_.reset();
  event_.reset();
}

ReportView Session::view() {
  if (!replay_) {
    replay_ = std::make_unique<replay::Replay>(trace_, kNoCheckers);
    if (position_ != 0) replay_->run_to(position_ - 1);
  }
  return {trace_, replay_->world(), report_, *symbolizer_};
}

// A trace has one reader of events at a time: the replay makes room, and is made anew when needed.
const format::Event* Session::event() {
  if (position_ == 0) return nullptr;
  if (!event_) {
    replay_.reset();
    event_ = read_event(trace_, position_);
  }
  return event_ ? &event_->event : nullptr;
}

PoolLog Session::pool_log(std::uint64_t address) {
  replay_.reset();
  return read_pool_log(trace_, address, report_.events);
}

}  // namespace ddireplay::tools
