#include "tools/debugger/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checkers/registry.h"
#include "format/text_form.h"
#include "tools/debugger/world_commands.h"
#include "tools/output.h"

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

// Events between two checkpoints: at least what is replayed in no time, and as many as make no more
// than some dozens of processes of the whole trace.
std::uint64_t checkpoint_interval(std::uint64_t events) {
  constexpr std::uint64_t kLeast = 250'000;
  constexpr std::uint64_t kCheckpointsMax = 64;
  return std::max(kLeast, events / kCheckpointsMax + 1);
}

}  // namespace

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

void Session::use_symbols(const std::string& symbol_path) {
  symbolizer_ = std::make_unique<Symbolizer>(trace_, symbol_path);
  checkpoints_.reset();  // what their processes print is named by the symbols that they have
}

void Session::go_to(std::uint64_t position) {
  if (report_.events == 0) {
    throw format::Error("the trace has no event, so there is no position to go to",
                        format::ExitStatus::usage);
  }
  if (position == 0 || position > report_.events) {
    throw format::Error(fmt::format("#{} is not in this trace: its positions are #1 to #{}",
                                    position, report_.events),
                        format::ExitStatus::usage);
  }
  if (position != position_) event_.reset();
  position_ = position;
}

const format::Event* Session::event() {
  if (position_ == 0) return nullptr;
  if (!event_) event_ = Scene::read_event(ask(Scene::event_question()));
  return event_ ? &event_->event : nullptr;
}

std::string Session::ask_world(std::string_view command) {
  return ask(Scene::command_question(command));
}

std::string Session::ask(std::string_view question) {
  if (!checkpoints_) {
    // Each process would load them for itself, and say again which files it refuses.
    for (format::ModuleId id = 0; id < trace_.module_count(); ++id) {
      if (trace_.module(id).is_target) symbolizer_->load(id);
    }
    checkpoints_ = std::make_unique<Checkpoints>([this] { return make_scene(); },
                                                 checkpoint_interval(report_.events));
  }
  flush_output();  // a fork must find nothing in its buffer
  return checkpoints_->ask(position_ == 0 ? 0 : position_ - 1, question);
}

std::unique_ptr<Run> Session::make_scene() {
  return std::make_unique<Scene>(trace_,
                                 [this](const replay::World& world, std::string_view command) {
                                   return run_world_command(view(), world, list_entries_, command);
                                 });
}

std::vector<pid_t> Session::processes() const {
  return checkpoints_ ? checkpoints_->processes() : std::vector<pid_t>();
}

PoolLog Session::pool_log(std::uint64_t address) {
  return read_pool_log(trace_, address, report_.events);
}

}  // namespace ddireplay::tools
