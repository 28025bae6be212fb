#include "replay/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "format/error.h"
#include "replay/text_case.h"

namespace ddireplay::replay {

namespace {

using format::Event;

bool is_named(const format::Module& module, std::string_view name) {
  const std::string_view full = module.name;
  return same_without_case(full, name) || same_without_case(full.substr(0, full.rfind('.')), name);
}

class Selector {
 public:
  Selector(format::TraceReader& trace, const Links& links, const Wanted& wanted, unsigned threads)
      : trace_(trace), links_(links), wanted_(wanted), threads_(threads) {}

  Selection run();

 private:
  void check_range();
  void check_drivers() const;
  bool is_wanted(const Event& event, const std::vector<bool>& wanted_modules) const;
  void leave_out_others();
  void choose_events();
  void add_surroundings();
  void add_structure();

  format::TraceReader& trace_;
  const Links& links_;
  const Wanted& wanted_;
  const unsigned threads_;
  Item first_ = 0;  // of the range
  Item end_ = 0;    // behind its last
  Selection selection_;
  std::vector<bool> of_others_;
};

void Selector::check_range() {
  const std::uint64_t events = links_.events();
  if (wanted_.from > events) {
    throw format::Error(
        fmt::format("{}: has {} events; #{} lies behind them", trace_.name(), events, wanted_.from),
        format::ExitStatus::usage);
  }
  if (wanted_.from > wanted_.to) {
    throw format::Error(fmt::format("#{} lies behind #{}: a range begins with its first position",
                                    wanted_.from, wanted_.to),
                        format::ExitStatus::usage);
  }
  selection_.reaches_end = wanted_.to >= events;
  first_ = wanted_.from > 1 ? links_.item_at(wanted_.from) : 0;
  end_ =
      selection_.reaches_end ? static_cast<Item>(links_.items()) : links_.item_at(wanted_.to) + 1;
}

// All modules are known: the trace has been read.
void Selector::check_drivers() const {
  for (const std::string& name : wanted_.drivers) {
    bool is_there = false;
    std::string targets;
    for (format::ModuleId id = 0; id < trace_.module_count(); ++id) {
      const format::Module& module = trace_.module(id);
      if (!module.is_target) continue;
      is_there |= is_named(module, name);
      targets += (targets.empty() ? "" : ", ") + module.name;
    }
    if (!is_there) {
      throw format::Error(
          fmt::format("{}: has no driver {}; recorded were: {}", trace_.name(), name, targets),
          format::ExitStatus::usage);
    }
  }
}

bool Selector::is_wanted(const Event& event, const std::vector<bool>& wanted_modules) const {
  if (event.function == format::kGap) return true;
  const format::ModuleId id = trace_.function(event.function).module;
  return id == format::kNoModuleId || wanted_modules[id];
}

void Selector::leave_out_others() {
  std::vector<bool> wanted_modules(trace_.module_count());
  for (format::ModuleId id = 0; id < wanted_modules.size(); ++id) {
    wanted_modules[id] = std::ranges::any_of(wanted_.drivers, [&](const std::string& name) {
      return is_named(trace_.module(id), name);
    });
  }
  format::EventSource source(trace_, {.threads = threads_});
  Item item = 0;
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const Event& event : batch) of_others_[item++] = !is_wanted(event, wanted_modules);
  }
}

void Selector::choose_events() {
  selection_.items.resize(links_.items());
  of_others_.resize(links_.items());
  if (!wanted_.drivers.empty()) leave_out_others();
  for (Item item = first_; item < end_; ++item) selection_.items[item] = !of_others_[item];
}

// The callbacks around what was chosen, and the other ends of calls, as far as they don't lie
// behind the range.
void Selector::add_surroundings() {
  std::vector<Item> chosen;
  for (Item item = first_; item < end_; ++item) {
    if (selection_.items[item]) chosen.push_back(item);
  }
  for (const Item item : links_.closure(chosen)) {
    if (item < end_) selection_.items[item] = true;
  }
}

// Without its driver's load nothing is known of a driver, not even that it is there.
void Selector::add_structure() {
  for (const Item item : links_.structure) {
    if (item >= first_) return;
    const bool is_gap = std::ranges::binary_search(links_.gaps, item);
    if (!is_gap && !of_others_[item]) selection_.items[item] = true;
  }
}

Selection Selector::run() {
  check_range();
  check_drivers();
  choose_events();
  add_surroundings();
  add_structure();
  for (Item item = 0; item < end_; ++item) {
    const bool is_in = selection_.items[item];
    selection_.is_cut |= !is_in && item < first_;
    if (std::ranges::binary_search(links_.gaps, item)) continue;
    selection_.events += is_in;
    selection_.context += is_in && item < first_;
    selection_.around += is_in && item >= first_ && of_others_[item];
    selection_.of_others += !is_in && item >= first_;
  }
  return std::move(selection_);
}

}  // namespace

Selection select(format::TraceReader& trace, const Links& links, const Wanted& wanted,
                 unsigned threads) {
  return Selector(trace, links, wanted, threads).run();
}

void write_selection(format::TraceReader& trace, const Links& links, const Selection& selection,
                     const std::string& step, unsigned threads, format::TraceWriter& writer) {
  format::TraceCopy copy(trace, writer, {.reaches_end = selection.reaches_end});
  format::EventSource source(trace, {.threads = threads});
  Item item = 0;
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const Event& event : batch) {
      if (selection.items[item++]) copy.append(event);
    }
  }
  writer.finish(copy.finish({.step = step,
                             .events = links.events(),
                             .lost = links.lost,
                             .begin = selection.is_cut ? selection.context + 1 : 0,
                             .thinned = selection.of_others != 0}));
}

}  // namespace ddireplay::replay
