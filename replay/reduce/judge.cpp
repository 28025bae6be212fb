#include "replay/reduce/judge.h"

#include <algorithm>
#include <utility>

namespace ddireplay::replay {

namespace {

// All at once.
class MemoryFeed final : public EventFeed {
 public:
  explicit MemoryFeed(std::span<const format::Event> events) : events_(events) {}
  std::span<const format::Event> next() override { return std::exchange(events_, {}); }

 private:
  std::span<const format::Event> events_;
};

Report replay_rule(format::TraceReader& trace, const MakeCheckers& make_checkers, const Rule& rule,
                   EventFeed* feed) {
  const auto checkers = make_checkers();
  Replay replay(trace, checkers, {.threads = 1, .rules = {rule.id()}, .events = feed});
  replay.run();
  return replay.report();
}

// The same defect, about the same objects: nothing that comes of leaving events out. A block that
// was freed is no leak for want of its free.
//
// Of the trace's own finding `whole`, and one of a part of it. `position_of` maps the part's
// positions to the trace's, `last` is the part's last one, `whole_last` the trace's.
bool is_same_finding(const Finding& whole, std::uint64_t whole_last, const Finding& part,
                     std::uint64_t last,
                     const std::function<std::uint64_t(std::uint64_t)>& position_of) {
  if (part.rule->id() != whole.rule->id() || part.fingerprint != whole.fingerprint ||
      part.verdict != whole.verdict) {
    return false;
  }
  // What is judged at the end stands at the last event, whichever that is.
  const bool both_at_end = part.position == last && whole.position == whole_last;
  if (!both_at_end && position_of(part.position) != whole.position) return false;
  const auto is_same_entry = [&](const BiographyEntry& left, const BiographyEntry& right) {
    return left.role == right.role && position_of(left.moment.position) == right.moment.position;
  };
  return std::ranges::all_of(part.objects, [&](const FindingObject& object) {
    return std::ranges::any_of(whole.objects, [&](const FindingObject& other) {
      // What its life tells an object is known by; its address may come from an event that could be
      // spared.
      const bool is_told = !object.biography.empty() || object.address == other.address;
      return object.kind == other.kind && is_told &&
             std::ranges::equal(object.biography, other.biography, is_same_entry);
    });
  });
}

}  // namespace

Judge::Judge(format::TraceReader& trace, const Links& links, const ItemStore& store,
             const MakeCheckers& make_checkers, const Finding& finding)
    : trace_(trace),
      links_(links),
      store_(store),
      make_checkers_(make_checkers),
      finding_(finding) {}

// A gap grows where the events around it are left out: only the part as it will be written shows
// what it does then.
bool Judge::shows(std::span<const Item> items) {
  ++trials_;
  const bool has_gap = std::ranges::any_of(
      links_.gaps, [&](Item gap) { return std::ranges::binary_search(items, gap); });
  return has_gap || only_written_ ? shows_when_written(items) : shows_in_memory(items);
}

// By the positions of the whole trace: nothing depends on their numbers but their order.
bool Judge::shows_in_memory(std::span<const Item> items) {
  events_.clear();
  store_.copy(items, events_);
  if (events_.empty()) return false;
  MemoryFeed feed(events_);
  const Report report = replay_rule(trace_, make_checkers_, *finding_.rule, &feed);
  return std::ranges::any_of(report.findings, [&](const Finding& finding) {
    return is_same_finding(finding_, links_.events(), finding, events_.back().position,
                           [](std::uint64_t position) { return position; });
  });
}

bool Judge::shows_when_written(std::span<const Item> items) {
  format::TraceReader part = format::TraceReader::from_bytes(write(items, {}), trace_.name());
  std::vector<Item> events;
  std::ranges::set_difference(items, links_.gaps, std::back_inserter(events));
  const auto position_of = [&](std::uint64_t position) -> std::uint64_t {
    return position == 0 || position > events.size() ? 0 : links_.position_of(events[position - 1]);
  };
  const Report report = replay_rule(part, make_checkers_, *finding_.rule, nullptr);
  return std::ranges::any_of(report.findings, [&](const Finding& finding) {
    return is_same_finding(finding_, links_.events(), finding, events.size(), position_of);
  });
}

std::vector<std::byte> Judge::write(std::span<const Item> items,
                                    const format::CopyStep& step) const {
  format::TraceWriter writer(trace_.header());
  format::TraceCopy copy(trace_, writer, {.only_used = true, .reaches_end = false});
  std::vector<format::Event> events;
  store_.copy(items, events);
  for (const format::Event& event : events) copy.append(event);
  writer.finish(copy.finish(step));
  return writer.take_bytes();
}

}  // namespace ddireplay::replay
