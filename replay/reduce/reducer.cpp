#include "replay/reduce/reducer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "format/error.h"
#include "replay/reduce/relevance.h"

namespace ddireplay::replay {

namespace {

using Items = std::vector<Item>;

// How many of the likeliest events are tried first besides the guess, and how fast that grows.
constexpr std::size_t kFirstTried = 256;
constexpr std::size_t kGrowth = 16;

class Reducer {
 public:
  Reducer(format::TraceReader& trace, const MakeCheckers& make_checkers, const Finding& finding,
          const ReduceOptions& options);

  Reduction run();

 private:
  // What stays together while groups are left out.
  using Group = Items;

  Items find_needed(Items base);
  // Of `likely`, as many from the beginning as show the finding with `base`: loads them.
  std::size_t enough_of(const Items& base, const Items& likely);
  Items minimal(Items items);
  std::vector<Group> grouped(const Items& items) const;
  void leave_out(std::vector<Group>& groups);
  bool leave_out_once(std::vector<Group>& groups, std::size_t at_once);

  Items with_first(const Items& base, const Items& likely, std::size_t count) const;
  bool shows(const Items& items);

  format::TraceReader& trace_;
  const Finding& finding_;
  const ReduceOptions& options_;
  const Links links_;
  ItemStore store_;
  Judge judge_;
};

Reducer::Reducer(format::TraceReader& trace, const MakeCheckers& make_checkers,
                 const Finding& finding, const ReduceOptions& options)
    : trace_(trace),
      finding_(finding),
      options_(options),
      links_(find_links(trace, options.threads)),
      store_(trace, options.threads),
      judge_(trace, links_, store_, make_checkers, finding) {}

Reduction Reducer::run() {
  Items needed = minimal(find_needed(core_items(finding_, links_)));
  if (!judge_.shows_when_written(needed)) {
    judge_.judge_written();
    needed = minimal(find_needed(needed));
  }
  Reduction reduction = {
      .positions = {}, .events = links_.events(), .trials = judge_.trials(), .trace = {}};
  for (const Item item : needed) {
    if (!std::ranges::binary_search(links_.gaps, item)) {
      reduction.positions.push_back(links_.position_of(item));
    }
  }
  reduction.trace =
      judge_.write(needed, {.step = fmt::format("reduced to finding {:016x}", finding_.fingerprint),
                            .events = links_.events(),
                            .lost = links_.lost,
                            .finding = finding_.fingerprint});
  return reduction;
}

bool Reducer::shows(const Items& items) {
  if (options_.progress) options_.progress(items.size(), judge_.trials());
  return judge_.shows(items);
}

Items Reducer::with_first(const Items& base, const Items& likely, std::size_t count) const {
  Items items = base;
  items.insert(items.end(), likely.begin(),
               likely.begin() + static_cast<std::ptrdiff_t>(std::min(count, likely.size())));
  return links_.closure(items);
}

// Each turn finds one event without which the ones that are likelier are not enough.
Items Reducer::find_needed(Items base) {
  store_.load(base);
  if (shows(base)) return base;

  std::vector<format::Event> core;
  store_.copy(base, core);
  const Items likely = by_relevance(trace_, options_.threads, finding_, links_, core);
  std::size_t enough = enough_of(base, likely);
  do {
    std::size_t too_few = 0;
    while (enough - too_few > 1) {
      const std::size_t middle = too_few + (enough - too_few) / 2;
      (shows(with_first(base, likely, middle)) ? enough : too_few) = middle;
    }
    base.push_back(likely[enough - 1]);
    base = links_.closure(base);
    --enough;
  } while (!shows(base));
  return base;
}

std::size_t Reducer::enough_of(const Items& base, const Items& likely) {
  for (std::size_t count = kFirstTried;; count *= kGrowth) {
    const Items items = with_first(base, likely, count);
    store_.load(items);
    if (shows(items)) return std::min(count, likely.size());
    if (count >= likely.size()) {
      throw format::Error(
          fmt::format("{}: finding {:016x} does not show when the whole trace is "
                      "replayed again: nothing can be left out",
                      trace_.name(), finding_.fingerprint));
    }
  }
}

std::vector<Reducer::Group> Reducer::grouped(const Items& items) const {
  std::vector<Group> groups;
  for (const Item item : items) {
    const Item partner = links_.partner[item];
    const bool has_partner = partner != kNoItem && std::ranges::binary_search(items, partner);
    if (has_partner && partner < item) continue;
    groups.push_back(has_partner ? Group{item, partner} : Group{item});
  }
  return groups;
}

Items merged(const std::vector<Items>& groups) {
  Items items;
  for (const Items& group : groups) items.insert(items.end(), group.begin(), group.end());
  std::ranges::sort(items);
  return items;
}

bool Reducer::leave_out_once(std::vector<Group>& groups, std::size_t at_once) {
  bool any = false;
  // From the end: an event's consequences come behind it.
  for (std::size_t end = groups.size(); end != 0;) {
    const std::size_t begin = end - std::min(at_once, end);
    std::vector<Group> rest(groups.begin(), groups.begin() + static_cast<std::ptrdiff_t>(begin));
    rest.insert(rest.end(), groups.begin() + static_cast<std::ptrdiff_t>(end), groups.end());
    if (shows(merged(rest))) {
      groups = std::move(rest);
      any = true;
    }
    end = begin;
  }
  return any;
}

// Until a whole turn over single groups has found none that can be spared.
void Reducer::leave_out(std::vector<Group>& groups) {
  for (std::size_t at_once = groups.size() / 2; at_once > 1; at_once /= 2) {
    leave_out_once(groups, at_once);
  }
  while (leave_out_once(groups, 1)) {
  }
}

Items Reducer::minimal(Items items) {
  std::vector<Group> groups = grouped(items);
  leave_out(groups);
  const auto is_single = [](const Group& group) { return group.size() == 1; };
  if (std::ranges::all_of(groups, is_single)) return merged(groups);
  std::vector<Group> single;
  for (const Item item : merged(groups)) single.push_back({item});
  while (leave_out_once(single, 1)) {
  }
  return merged(single);
}

}  // namespace

Reduction reduce(format::TraceReader& trace, const MakeCheckers& make_checkers,
                 const Finding& finding, const ReduceOptions& options) {
  return Reducer(trace, make_checkers, finding, options).run();
}

}  // namespace ddireplay::replay
