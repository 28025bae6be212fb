#include "tools/corpus/difference.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace ddireplay::tools::corpus {
namespace {

using format::ExitStatus;
using Findings = std::vector<const ExpectedFinding*>;

// What is left of one defect's findings on either side.
struct Sides {
  Findings expected;
  Findings seen;
};

std::map<std::pair<std::string, std::string>, Sides> by_defect(const Outcome& expected,
                                                               const Outcome& seen) {
  std::map<std::pair<std::string, std::string>, Sides> defects;
  for (const ExpectedFinding& finding : expected.findings) {
    defects[{finding.rule, finding.fingerprint}].expected.push_back(&finding);
  }
  for (const ExpectedFinding& finding : seen.findings) {
    defects[{finding.rule, finding.fingerprint}].seen.push_back(&finding);
  }
  return defects;
}

std::string name_of(const ExpectedFinding& finding) {
  return fmt::format("{}{}{}, fingerprint {}", finding.rule, finding.driver.empty() ? "" : " of ",
                     finding.driver, finding.fingerprint);
}

std::string place_of(const ExpectedFinding& finding) {
  return fmt::format("#{}", finding.position);
}

// All that may change of a finding that stays where it is.
std::string state_of(const ExpectedFinding& finding) {
  std::string text = fmt::format("{}: {}, ", place_of(finding), finding.verdict);
  text += finding.consequence_of.empty() ? "a root" : "a consequence of " + finding.consequence_of;
  if (!finding.driver.empty()) text += ", of " + finding.driver;
  if (finding.repeats != 0) text += fmt::format(", {} repeats", finding.repeats);
  return text;
}

Difference moved(const ExpectedFinding& expected, const ExpectedFinding& seen) {
  ExpectedFinding as_seen = expected;
  as_seen.position = seen.position;
  const auto text = as_seen == seen ? place_of : state_of;
  return {"moved", name_of(expected), text(expected), text(seen)};
}

template <typename Match, typename Take>
void take_pairs(Sides& sides, Match match, Take take) {
  std::erase_if(sides.expected, [&](const ExpectedFinding* expected) {
    const auto found = std::ranges::find_if(
        sides.seen, [&](const ExpectedFinding* seen) { return match(*expected, *seen); });
    if (found == sides.seen.end()) return false;
    take(*expected, **found);
    sides.seen.erase(found);
    return true;
  });
}

void add_differences(Sides sides, std::vector<Difference>& out) {
  take_pairs(
      sides, [](const auto& expected, const auto& seen) { return expected == seen; },
      [](const auto&, const auto&) {});
  take_pairs(
      sides,
      [](const auto& expected, const auto& seen) { return expected.position == seen.position; },
      [&](const auto& expected, const auto& seen) {
        out.push_back({"changed", name_of(expected), state_of(expected), state_of(seen)});
      });
  take_pairs(
      sides, [](const auto&, const auto&) { return true; },
      [&](const auto& expected, const auto& seen) { out.push_back(moved(expected, seen)); });
  for (const ExpectedFinding* lost : sides.expected) {
    out.push_back({"lost", name_of(*lost), place_of(*lost), ""});
  }
  for (const ExpectedFinding* gained : sides.seen) {
    out.push_back({"gained", name_of(*gained), "", place_of(*gained)});
  }
}

}  // namespace

std::string status_text(ExitStatus status) {
  constexpr std::array<const char*, 5> kWords = {"clean", "findings", "wrong usage", "with gaps",
                                                 "unreadable"};
  const auto number = static_cast<std::size_t>(status);
  return fmt::format("{} ({})", number, kWords.at(number));
}

std::vector<Difference> differences(const Outcome& expected, const Outcome& seen) {
  std::vector<Difference> out;
  for (auto& [defect, sides] : by_defect(expected, seen)) add_differences(std::move(sides), out);
  if (expected.status != seen.status) {
    std::string seen_text = status_text(seen.status);
    if (!seen.unreadable_because.empty()) seen_text += ": " + seen.unreadable_because;
    out.push_back({"status", "", status_text(expected.status), std::move(seen_text)});
  }
  if (expected.events != seen.events) {
    out.push_back(
        {"events", "", fmt::format("{}", expected.events), fmt::format("{}", seen.events)});
  }
  return out;
}

std::string difference_text(const Difference& difference) {
  std::string text = fmt::format("{:<8} ", difference.kind);
  if (!difference.finding.empty()) text += difference.finding + ": ";
  if (!difference.expected.empty()) text += "expected " + difference.expected;
  if (difference.expected.empty()) return text + "seen " + difference.seen + ", not expected";
  if (difference.seen.empty()) return text + ", not seen";
  return text + ", seen " + difference.seen;
}

}  // namespace ddireplay::tools::corpus
