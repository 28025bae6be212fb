#include "tools/bisect/inevitable_text.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "tools/bisect/way_text.h"
#include "tools/report/append.h"
#include "tools/report/event_text.h"
#include "tools/report/json.h"
#include "tools/report/stack_text.h"
#include "tools/report/summary_text.h"
#include "tools/report/text.h"

namespace ddireplay::tools::bisect {
namespace {

using Json = nlohmann::ordered_json;
using replay::Finding;

std::string pointer(std::uint64_t address, const Symbolizer& symbolizer) {
  return prefixed_pointer(address, symbolizer.pointer_bytes());
}

// What happened at the point, to the object that is left.
std::string point_text(const LostGroup& group, const format::TraceReader& trace) {
  if (group.by_completion) return "its request was completed";
  if (group.way->when != When::elsewhere) return "the callback returned in which it was begun";
  return fmt::format("{} returned for the last time", activity_text(group.way->activity, trace));
}

std::string left_basis(const Inevitable& inevitable, Symbolizer& symbolizer) {
  const LostGroup& group = inevitable.groups.front();
  const Life& life = *inevitable.rule->life;
  const std::string siblings = siblings_text(group, life, symbolizer);
  const std::string which =
      fmt::format("the {} at {}, begun at #{}", life.noun,
                  pointer(group.object->address, symbolizer), group.begun.position);
  if (group.way) {
    return fmt::format("{}: {}. After #{}, when {}, that was not to be expected any more of {}.",
                       siblings,
                       way_text(*group.way, group.siblings.ways.at(*group.way), symbolizer),
                       group.point, point_text(group, symbolizer.trace()), which);
  }
  const std::string mention =
      group.mentioned == group.begun.position
          ? fmt::format("no later event mentions the address of {}", which)
          : fmt::format("#{} is the last event that mentions the address of {}", group.mentioned,
                        which);
  if (life.ends.empty()) {
    return fmt::format("{}. That is all there is: what ends a {} can't be told for one alone.",
                       mention, life.noun);
  }
  if (group.siblings.ended != 0) {
    return fmt::format(
        "{}, but behind #{} there was no point that compares with theirs. Only this "
        "is known: {}.",
        siblings, group.begun.position, mention);
  }
  return fmt::format("{}, so there is nothing to compare with. Only this is known: {}.", siblings,
                     mention);
}

std::string level_basis(const LevelMove& move, const Finding& finding) {
  const std::string now = irql_text(move.level);
  switch (move.cause) {
    case LevelCause::entered:
      return fmt::format(
          "the callback was entered at IRQL {} here, and the thread was at it when "
          "it made the call at #{}.",
          now, finding.position);
    case LevelCause::moved:
      return fmt::format(
          "this call moved the thread from IRQL {} to {}, and it was not brought "
          "back before the call at #{}.",
          irql_text(move.before), now, finding.position);
    case LevelCause::unseen:
      return fmt::format(
          "the first event of the thread at IRQL {}, at which it was still at #{}. "
          "No recorded call has moved it there from {}.",
          now, finding.position, irql_text(move.before));
    case LevelCause::always:
      return fmt::format("the thread's first event: it was at IRQL {} already, and still at #{}.",
                         now, finding.position);
    case LevelCause::not_known:
      break;
  }
  return "";
}

std::string own_basis(const Inevitable& inevitable, const Finding& finding) {
  if (inevitable.rule->shape == Shape::other) {
    return fmt::format("{} is about the call itself: this is the event that breaks it.",
                       finding.rule->id());
  }
  return "the trace does not tell which earlier event led to it: this is the one that breaks the "
         "rule.";
}

Json group_json(const LostGroup& group, Symbolizer& symbolizer) {
  return Json{{"address", pointer(group.object->address, symbolizer)},
              {"kind", group.object->kind},
              {"begun", group.begun.position},
              {"lost", group.lost},
              {"same_path", group.same_path},
              {"siblings_begun", group.siblings.begun},
              {"siblings_ended", group.siblings.ended},
              {"ways", ways_json(group, symbolizer)},
              {"position", group.position()},
              {"by_siblings", group.way.has_value()}};
}

void append_groups(std::string& out, const Inevitable& inevitable, const Finding& finding,
                   Symbolizer& symbolizer) {
  const std::string ways = ways_text(inevitable.groups.front(), symbolizer);
  if (!ways.empty()) append(out, "\nHOW THE OTHERS WERE ENDED\n\n{}", ways);
  if (inevitable.groups.size() == 1 && inevitable.groups.front().lost == 1) return;
  append(out,
         "\nLEFT OVER, by the path that they came from\n\n    {:>6} {:<10} {:<10} {:<9} from\n",
         "left", "first", "certain", "by");
  for (const LostGroup& group : inevitable.groups) {
    append(
        out, "    {:>6} #{:<9} #{:<9} {:<9} {} at {}\n", group.lost, group.begun.position,
        group.position(), group.way ? "others" : "mention",
        symbolizer.trace().function(group.begun.function).name,
        place_text(caller_in(symbolizer.trace(), group.begun.stack, finding.driver), symbolizer));
  }
}

// What the answer rests on, in a sentence or two.
std::string basis_text(const Inevitable& inevitable, const Finding& finding,
                       Symbolizer& symbolizer) {
  switch (inevitable.shape) {
    case Shape::left_over:
      return left_basis(inevitable, symbolizer);
    case Shape::double_end:
      return fmt::format("{}; {} at #{} came all the same.", inevitable.rule->said,
                         "what breaks the rule", finding.position);
    case Shape::wrong_level:
      return level_basis(inevitable.level, finding);
    case Shape::other:
      break;
  }
  return own_basis(inevitable, finding);
}

}  // namespace

std::string inevitable_text(const Inevitable& inevitable, const Finding& finding,
                            const format::Event& event, Symbolizer& symbolizer) {
  const format::TraceReader& trace = symbolizer.trace();
  std::string out;
  append(out, "{}  {}\n", finding.rule->id(), finding.rule->slug);
  append(out, "{}\n\n", finding.sentence);
  append(out, "VIOLATED AT:      #{}\n", finding.position);
  append(out, "FINGERPRINT:      {}\n", fingerprint_text(finding.fingerprint));
  append(out, "SHAPE:            {}\n", shape_word(inevitable.shape));
  append(out, "{} #{}\n\n",
         inevitable.is_last_mention() ? "LAST MENTIONED:  " : "INEVITABLE AT:   ",
         inevitable.position);
  out += event_stack_text(trace, event, symbolizer, std::numeric_limits<std::size_t>::max());
  append(out, "\nBASED ON: {}\n", basis_text(inevitable, finding, symbolizer));
  if (inevitable.shape == Shape::left_over) append_groups(out, inevitable, finding, symbolizer);
  return out;
}

Json inevitable_json(const Inevitable& inevitable, const Finding& finding,
                     const format::Event& event, Symbolizer& symbolizer) {
  const format::TraceReader& trace = symbolizer.trace();
  Json groups = Json::array();
  for (const LostGroup& group : inevitable.groups) groups.push_back(group_json(group, symbolizer));
  return Json{{"trace", trace.name()},
              {"complete", is_complete(trace)},
              {"rule", finding.rule->id()},
              {"slug", finding.rule->slug},
              {"fingerprint", fingerprint_text(finding.fingerprint)},
              {"driver", driver_name(trace, finding.driver)},
              {"violated_at", finding.position},
              {"shape", shape_word(inevitable.shape)},
              {"position", inevitable.position},
              {"last_mention", inevitable.is_last_mention()},
              {"basis", basis_text(inevitable, finding, symbolizer)},
              {"event", event_json(trace, event, symbolizer)},
              {"left", std::move(groups)}};
}

}  // namespace ddireplay::tools::bisect
