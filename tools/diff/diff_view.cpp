#include "tools/diff/diff_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/diff/normaliser.h"
#include "tools/report/summary_text.h"
#include "tools/report/text.h"
#include "tools/report/value_text.h"

namespace ddireplay::tools::diff {
namespace {

std::string nth(std::uint32_t number) {
  const std::uint32_t tens = number / 10 % 10;
  const std::uint32_t ones = number % 10;
  const char* ending = "th";
  if (tens != 1 && ones == 1) ending = "st";
  if (tens != 1 && ones == 2) ending = "nd";
  if (tens != 1 && ones == 3) ending = "rd";
  return fmt::format("{}{}", number, ending);
}

const Call& call_at(const Side& side, std::uint32_t activity, std::uint32_t call) {
  const std::vector<Call>& calls = side.recording().activities[activity].calls;
  return calls[std::min<std::size_t>(call, calls.size() - 1)];
}

std::string object_text(const DiffView& view, const Object& object, std::uint64_t raw) {
  const std::string& phrase = view.names.text(object.phrase);
  if (object.activity == kNone) return phrase;
  const std::string text = fmt::format("the {} {}", nth(object.ordinal), phrase);
  return raw == object.address ? text : fmt::format("{}+{:#x}", text, raw - object.address);
}

// "calls F(...) at #57", "returns at #60"
std::string act_text(const DiffView& view, const Side& side, const Call& call) {
  switch (call.part) {
    case CallPart::head:
      return fmt::format("begins at #{}", call.position);
    case CallPart::tail:
      return fmt::format("returns at #{}", call.position);
    case CallPart::call:
      break;
  }
  return fmt::format("calls {} at #{}", call_text(view, side, call), call.position);
}

// Of a call of the same name as that which is missing it must be told which one it is.
std::string goes_on_text(const DiffView& view, const Side& side, std::uint32_t activity,
                         std::uint32_t next, const Call& missing) {
  const std::vector<Call>& calls = side.recording().activities[activity].calls;
  if (next >= calls.size()) return "it ends there";
  const Call& call = calls[next];
  if (call.part == CallPart::tail) return fmt::format("it returns at #{}", call.position);
  const std::string text =
      call.name == missing.name ? call_text(view, side, call) : view.names.text(call.name);
  return fmt::format("it goes on with {} at #{}", text, call.position);
}

// "and then IoFreeMdl and 3 more"
std::string further_text(const DiffView& view, const Side& side, std::uint32_t activity,
                         std::uint32_t begin, std::uint32_t end) {
  if (end - begin < 2) return "";
  const Call& next = call_at(side, activity, begin + 1);
  const std::string name = next.part == CallPart::tail ? "returns" : view.names.text(next.name);
  if (end - begin == 2) return fmt::format(", then {}", name);
  return fmt::format(", then {} and {} more", name, end - begin - 2);
}

std::string calls_sentence(const DiffView& view, const Divergence& one) {
  const bool good_calls = one.good_end != one.good_begin;
  const bool bad_calls = one.bad_end != one.bad_begin;
  const auto doing = [&](const Side& side, std::uint32_t activity, std::uint32_t begin,
                         std::uint32_t end) {
    return act_text(view, side, call_at(side, activity, begin)) +
           further_text(view, side, activity, begin, end);
  };
  const std::string good =
      good_calls ? doing(view.good, one.good_activity, one.good_begin, one.good_end) : "";
  const std::string bad =
      bad_calls ? doing(view.bad, one.bad_activity, one.bad_begin, one.bad_end) : "";
  if (good_calls && bad_calls) return fmt::format("GOOD {}; BAD {} instead", good, bad);
  if (good_calls) {
    return fmt::format("GOOD {}; BAD does not: {}", good,
                       goes_on_text(view, view.bad, one.bad_activity, one.bad_begin,
                                    call_at(view.good, one.good_activity, one.good_begin)));
  }
  return fmt::format("BAD {}; GOOD does not: {}", bad,
                     goes_on_text(view, view.good, one.good_activity, one.good_begin,
                                  call_at(view.bad, one.bad_activity, one.bad_begin)));
}

std::string ending_of(const Call& call) {
  if (!call.returned) return "never returns";
  return call.raised ? "raises an exception" : "returns";
}

std::string values_sentence(const DiffView& view, const Divergence& one) {
  const Call& good = call_at(view.good, one.good_activity, one.good_begin);
  const Call& bad = call_at(view.bad, one.bad_activity, one.bad_begin);
  const std::string what = good.part == CallPart::call
                               ? view.names.text(good.name)
                               : (good.part == CallPart::head ? "at its beginning" : "at its end");
  if (one.values.empty()) {
    return fmt::format("{} {} in GOOD (#{}) and {} in BAD (#{})", what, ending_of(good),
                       good.position, ending_of(bad), bad.position);
  }
  std::string list;
  for (const DifferingValue& value : one.values) {
    const Value& left = view.good.recording().values[good.first_value + value.good];
    const Value& right = view.bad.recording().values[bad.first_value + value.bad];
    const std::string_view name = field_name(view.good, good, left);
    list +=
        fmt::format("{}{} is {} in GOOD and {} in BAD", list.empty() ? "" : ", ",
                    name == "return" ? "the result" : name, value_text(view, view.good, good, left),
                    value_text(view, view.bad, bad, right));
  }
  return fmt::format("{} {} (GOOD #{}, BAD #{})", what, list, good.position, bad.position);
}

std::string loop_sentence(const DiffView& view, const Divergence& one) {
  const bool is_good = one.good_end != one.good_begin;
  const Side& side = is_good ? view.good : view.bad;
  const std::uint32_t activity = is_good ? one.good_activity : one.bad_activity;
  const std::uint32_t begin = is_good ? one.good_begin : one.bad_begin;
  std::string round;
  constexpr std::uint32_t kShown = 4;
  for (std::uint32_t i = 0; i < std::min(one.period, kShown); ++i) {
    round += (i == 0 ? "" : ", ") + view.names.text(call_at(side, activity, begin + i).name);
  }
  if (one.period > kShown) round += ", ...";
  return fmt::format(
      "the loop of {} is gone through {} in GOOD and {} in BAD; the first of {} "
      "alone: {} {}",
      round, counted(one.good_rounds, "time"), counted(one.bad_rounds, "time"),
      is_good ? "GOOD" : "BAD", is_good ? "GOOD" : "BAD",
      act_text(view, side, call_at(side, activity, begin)));
}

}  // namespace

bool DiffView::same() const {
  return comparison.same() && std::ranges::all_of(findings, &FindingDifference::moved);
}

bool DiffView::is_complete() const {
  const auto is_whole = [](const Side& side) {
    return tools::is_complete(side.trace()) && !is_part(side.trace());
  };
  return is_whole(good) && is_whole(bad);
}

std::string targets_text(const Side& side) {
  std::string text;
  for (const format::ModuleId id : targets_of(side.trace())) {
    text += (text.empty() ? "" : ", ") + side.trace().module(id).name;
  }
  return text.empty() ? "no target" : text;
}

std::string activity_text(const DiffView& view, const Side& side, std::uint32_t activity) {
  const Activity& one = side.recording().activities[activity];
  const std::string& key = view.names.text(one.key);
  const std::uint32_t count = side.recording().activities_of_key.at(one.key);
  return count == 1 ? key : fmt::format("the {} {}", nth(one.ordinal), key);
}

std::string_view field_name(const Side& side, const Call& call, const Value& value) {
  return side.trace().function(call.function).layout.fields[value.field].name;
}

std::string value_text(const DiffView& view, const Side& side, const Call& call,
                       const Value& value) {
  if (value.kind == ValueKind::reference && value.object != kNone) {
    return object_text(view, side.recording().objects[value.object], value.raw);
  }
  const format::Field& field = side.trace().function(call.function).layout.fields[value.field];
  return tools::value_text(field, value.raw, side.trace().header().pointer_bytes);
}

std::string call_text(const DiffView& view, const Side& side, const Call& call) {
  const format::Layout& layout = side.trace().function(call.function).layout;
  std::string arguments;
  std::string result;
  for (std::uint32_t i = 0; i < call.value_count; ++i) {
    const Value& value = side.recording().values[call.first_value + i];
    const format::Field& field = layout.fields[value.field];
    const std::string text = value_text(view, side, call, value);
    if (field.source == format::Source::result) {
      result = " = " + text;
    } else if (field.source == format::Source::argument) {
      arguments += fmt::format("{}{}={}", arguments.empty() ? "" : ", ", field.name, text);
    }
  }
  return fmt::format("{}({}){}", view.names.text(call.name), arguments, result);
}

PartingCalls parting_calls(const DiffView& view, const Divergence& one) {
  PartingCalls calls;
  if (one.good_activity != kNone) {
    calls.good = &call_at(view.good, one.good_activity, one.good_begin);
  }
  if (one.bad_activity != kNone) {
    calls.bad = &call_at(view.bad, one.bad_activity, one.bad_begin);
  }
  return calls;
}

std::string sentence(const DiffView& view, const Divergence& one) {
  const auto alone = [&](const Side& side, std::uint32_t activity, std::string_view name) {
    const Call& head = call_at(side, activity, 0);
    const std::size_t calls = side.recording().activities[activity].calls.size();
    return fmt::format("only {} has {}, at #{} with {}", name, activity_text(view, side, activity),
                       head.position, counted(calls, "event"));
  };
  switch (one.kind) {
    case DivergenceKind::good_activity:
      return alone(view.good, one.good_activity, "GOOD");
    case DivergenceKind::bad_activity:
      return alone(view.bad, one.bad_activity, "BAD");
    default:
      break;
  }
  const std::string good_name = activity_text(view, view.good, one.good_activity);
  const std::string bad_name = activity_text(view, view.bad, one.bad_activity);
  std::string where = fmt::format("in {}", good_name);
  if (bad_name != good_name) where += fmt::format(" (in BAD {})", bad_name);
  const std::string what = one.kind == DivergenceKind::values ? values_sentence(view, one)
                           : one.kind == DivergenceKind::loop ? loop_sentence(view, one)
                                                              : calls_sentence(view, one);
  return fmt::format("{}: {}", where, what);
}

}  // namespace ddireplay::tools::diff
