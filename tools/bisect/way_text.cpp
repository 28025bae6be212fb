#include "tools/bisect/way_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "replay/irp_codes.h"
#include "tools/report/append.h"
#include "tools/report/text.h"

namespace ddireplay::tools::bisect {
namespace {

using Json = nlohmann::ordered_json;

std::string_view when_word(When when) {
  switch (when) {
    case When::before_completion:
      return "before-completion";
    case When::same_callback:
      return "same-callback";
    case When::elsewhere:
      break;
  }
  return "elsewhere";
}

// The commonest first.
std::vector<std::pair<Way, WayTaken>> ordered_ways(const LostGroup& group) {
  std::vector<std::pair<Way, WayTaken>> ways(group.siblings.ways.begin(),
                                             group.siblings.ways.end());
  std::ranges::stable_sort(
      ways, [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
  return ways;
}

std::string_view when_text(When when) {
  switch (when) {
    case When::before_completion:
      return "before the request was completed in which it was begun";
    case When::same_callback:
      return "in the callback in which it was begun";
    case When::elsewhere:
      break;
  }
  return "in another callback";
}

}  // namespace

std::string activity_text(const Activity& activity, const format::TraceReader& trace) {
  if (activity.function == 0) return "no callback that was seen to be entered";
  const std::string& name = trace.function(activity.function).name;
  if (!activity.has_major) return name;
  const std::string_view major = replay::irp_major_name(activity.major);
  std::string text =
      major.empty() ? fmt::format("{} of major {:#x}", name, activity.major) : std::string(major);
  if (activity.code != 0) text += fmt::format(" {:#x}", activity.code);
  return text;
}

std::string place_text(std::uint64_t caller, Symbolizer& symbolizer) {
  if (caller == 0) return "a place without a stack";
  return frame_name(symbolizer.frame(caller), symbolizer.pointer_bytes());
}

std::string siblings_text(const LostGroup& group, const Life& life, Symbolizer& symbolizer) {
  const Tally& all = group.siblings;
  const std::string from =
      group.begun.stack == format::kNoStack
          ? "of the same kind"
          : fmt::format("from this {}", group.same_path ? "call path" : "call, on any path");
  const std::string_view name = symbolizer.trace().function(group.begun.function).name;
  if (all.ended == 0) return fmt::format("no {} {} ({}) was {}", life.noun, from, name, life.ended);
  return fmt::format("{} of the {} {} ({}) {} {}", all.ended, counted(all.begun, life.noun), from,
                     name, all.ended == 1 ? "was" : "were", life.ended);
}

std::string way_text(const Way& way, const WayTaken& taken, Symbolizer& symbolizer) {
  const format::TraceReader& trace = symbolizer.trace();
  return fmt::format("{} by {} at {} in {}, {}", taken.count, trace.function(way.function).name,
                     place_text(way.caller, symbolizer), activity_text(way.activity, trace),
                     when_text(way.when));
}

std::string ways_text(const LostGroup& group, Symbolizer& symbolizer) {
  std::string out;
  for (const auto& [way, taken] : ordered_ways(group)) {
    append(out, "    {}; last at #{}\n", way_text(way, taken, symbolizer), taken.last);
  }
  return out;
}

Json ways_json(const LostGroup& group, Symbolizer& symbolizer) {
  Json ways = Json::array();
  for (const auto& [way, taken] : ordered_ways(group)) {
    ways.push_back({{"count", taken.count},
                    {"function", symbolizer.trace().function(way.function).name},
                    {"caller", way.caller == 0 ? Json() : Json(place_text(way.caller, symbolizer))},
                    {"activity", activity_text(way.activity, symbolizer.trace())},
                    {"when", when_word(way.when)},
                    {"last", taken.last}});
  }
  return ways;
}

}  // namespace ddireplay::tools::bisect
