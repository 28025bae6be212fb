#include "tools/bisect/left_over.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "replay/replay.h"
#include "tools/bisect/life_watcher.h"
#include "tools/bisect/mention.h"

namespace ddireplay::tools::bisect {
namespace {

using replay::BiographyEntry;
using replay::Finding;
using replay::FindingObject;

// The beginning that counts is the last one of that role.
const replay::Moment* begin_of(const FindingObject& object, replay::Role role,
                               std::uint64_t before) {
  const replay::Moment* begin = nullptr;
  for (const BiographyEntry& entry : object.biography) {
    if (entry.role == role && entry.moment.position < before) begin = &entry.moment;
  }
  return begin;
}

std::vector<Lost> lost_of(const Finding& finding, const RuleShape& shape) {
  std::vector<Lost> lost;
  for (const FindingObject& object : finding.objects) {
    const replay::Moment* begin = begin_of(object, shape.role, finding.position);
    if (begin != nullptr) lost.push_back({.object = &object, .begun = *begin});
  }
  return lost;
}

// Up to where the way was open to what is lost; 0: it never was, as far as is known.
std::uint64_t open_until(const Way& way, const Lost& lost, const LifeWatcher& watcher) {
  switch (way.when) {
    case When::before_completion:
      return lost.completed != 0 ? lost.completed : lost.returned;
    case When::same_callback:
      return lost.returned;
    case When::elsewhere:
      break;
  }
  const std::uint64_t returned = watcher.last_return(way.activity);
  return returned > lost.begun.position ? returned : 0;
}

// Of one object, as a group of its own.
LostGroup judged(const Lost& lost, const LifeWatcher& watcher) {
  LostGroup group;
  group.object = lost.object;
  group.begun = lost.begun;
  group.lost = 1;
  if (!lost.seen) return group;
  group.same_path = watcher.of_path(lost).ended != 0 || watcher.of_call(lost).ended == 0;
  group.siblings = group.same_path ? watcher.of_path(lost) : watcher.of_call(lost);
  std::uint64_t most = 0;
  for (const auto& [way, taken] : group.siblings.ways) {
    const std::uint64_t until = open_until(way, lost, watcher);
    const bool is_later = until > group.point || (until == group.point && taken.count > most);
    if (until == 0 || !is_later) continue;
    group.way = way;
    group.point = until;
    group.by_completion = way.when == When::before_completion && lost.completed != 0;
    most = taken.count;
  }
  return group;
}

void add_mentions(std::vector<LostGroup>& groups, format::TraceReader& trace, std::uint64_t end) {
  std::map<std::uint64_t, Mention> mentions;
  for (const LostGroup& group : groups) {
    if (!group.way) mentions[group.object->address] = {.from = group.begun.position};
  }
  mentions.erase(0);
  find_mentions(trace, end, mentions);
  for (LostGroup& group : groups) {
    const auto found = mentions.find(group.object->address);
    const bool is_mentioned = found != mentions.end() && found->second.last != 0;
    // Its beginning is one.
    group.mentioned = is_mentioned ? found->second.last : group.begun.position;
  }
}

// What came from one path is told once, by the object that was lost first.
std::vector<LostGroup> by_path(std::vector<LostGroup> all, const format::TraceReader& trace) {
  std::ranges::stable_sort(all, {}, &LostGroup::position);
  std::vector<LostGroup> groups;
  std::map<Origin, std::size_t> places;
  for (LostGroup& one : all) {
    const auto place = places.try_emplace(origin_of(one.begun, trace), groups.size());
    if (place.second) {
      groups.push_back(std::move(one));
    } else {
      ++groups[place.first->second].lost;
    }
  }
  return groups;
}

}  // namespace

std::vector<LostGroup> find_lost(format::TraceReader& trace, const Finding& finding,
                                 const RuleShape& shape) {
  std::vector<Lost> lost = lost_of(finding, shape);
  if (lost.empty()) return {};
  std::vector<std::unique_ptr<replay::Checker>> watchers;
  auto owned = std::make_unique<LifeWatcher>(*shape.life, lost, trace);
  const LifeWatcher& watcher = *owned;
  watchers.push_back(std::move(owned));
  if (!shape.life->begins.empty()) replay::Replay(trace, watchers).run_to(finding.position);

  std::vector<LostGroup> groups;
  for (const Lost& one : lost) groups.push_back(judged(one, watcher));
  add_mentions(groups, trace, finding.position);
  // What has a way comes first: the other is but the last that is known.
  groups = by_path(std::move(groups), trace);
  std::ranges::stable_partition(groups,
                                [](const LostGroup& group) { return group.way.has_value(); });
  return groups;
}

}  // namespace ddireplay::tools::bisect
