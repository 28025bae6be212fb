#include "replay/finding_collector.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>
#include <utility>

#include "replay/world.h"

namespace ddireplay::replay {

namespace {

// An object as different findings know it: the same memory may hold another one later, which has
// another beginning.
using Identity = std::tuple<std::string_view, std::uint64_t, std::uint64_t>;

Identity identity_of(const FindingObject& object) {
  const std::uint64_t born =
      object.biography.empty() ? 0 : object.biography.front().moment.position;
  return {object.kind, object.address, born};
}

using FindingsByObject = std::multimap<Identity, std::size_t>;

// Place of the first finding about that object of a rule that is in `ids`, or -1.
std::int32_t explanation(const FindingObject& object, std::string_view ids,
                         const FindingsByObject& earlier, std::span<const Finding> findings) {
  const auto [begin, end] = earlier.equal_range(identity_of(object));
  const auto found = std::find_if(begin, end, [&](const auto& about) {
    return contains_id(ids, findings[about.second].rule->id());
  });
  return found == end ? -1 : static_cast<std::int32_t>(found->second);
}

std::int32_t root_of(const Finding& finding, const FindingsByObject& earlier,
                     std::span<const Finding> findings) {
  if (finding.rule->follows.empty()) return -1;
  std::int32_t root = -1;
  for (const FindingObject& object : finding.objects) {
    const std::int32_t cause = explanation(object, finding.rule->follows, earlier, findings);
    if (cause == -1) return -1;
    const std::int32_t root_of_cause = findings[static_cast<std::size_t>(cause)].root;
    if (root == -1) root = root_of_cause != -1 ? root_of_cause : cause;
  }
  return root;
}

void link_to_roots(std::vector<Finding>& findings) {
  FindingsByObject by_object;
  for (std::size_t i = 0; i < findings.size(); ++i) {
    findings[i].root = root_of(findings[i], by_object, findings);
    for (const FindingObject& object : findings[i].objects) {
      by_object.emplace(identity_of(object), i);
    }
  }
}

std::uint64_t first_address(const Finding& finding) {
  return finding.objects.empty() ? 0 : finding.objects.front().address;
}

bool finding_before(const Finding& left, const Finding& right) {
  if (left.position != right.position) return left.position < right.position;
  if (left.rule != right.rule) return rule_before(*left.rule, *right.rule);
  const auto rest = [](const Finding& finding) {
    return std::tuple(first_address(finding), finding.driver, finding.parameters);
  };
  return rest(left) < rest(right);
}

// Findings of one defect that a report holds. A call in a hot path may break a rule a million
// times, and says no more by that; the first ones show whether it was always the same object.
constexpr std::uint64_t kKeptOfDefect = 16;

}  // namespace

bool contains_id(std::string_view list, std::string_view id) {
  while (!list.empty()) {
    const std::size_t space = list.find(' ');
    if (list.substr(0, space) == id) return true;
    list = space == std::string_view::npos ? std::string_view{} : list.substr(space + 1);
  }
  return false;
}

bool rule_before(const Rule& left, const Rule& right) {
  const auto place = [](const Rule& rule) {
    return std::tuple(rule.bug_check == 0, rule.bug_check, rule.code, rule.sub_id);
  };
  return place(left) < place(right);
}

FindingCollector::FindingCollector(const World& world, std::span<const Rule* const> selected)
    : world_(world), selected_(selected), fingerprint_(world.trace()) {
  const format::Derivation* const derivation = world.trace().derivation();
  if (derivation != nullptr) reduced_to_ = derivation->finding;
}

void FindingCollector::report(Finding finding) {
  if (std::find(selected_.begin(), selected_.end(), finding.rule) == selected_.end()) return;
  if (finding.position == 0) finding.position = step_ == nullptr ? end_ : step_->event->position;
  if (finding.driver == format::kNoModuleId && step_ != nullptr) finding.driver = step_->driver;
  if (!holds(finding)) finding.verdict = Verdict::unknown;
  if (finding.fingerprint == 0) finding.fingerprint = fingerprint_(finding);
  // What the others rest on has been left out.
  const bool is_left = reduced_to_ == 0 || finding.fingerprint == reduced_to_;
  if (!is_left) finding.verdict = Verdict::unknown;
  Defect& defect = defects_[finding.fingerprint];
  if (defect.kept == kKeptOfDefect) {
    ++defect.dropped;
    return;
  }
  ++defect.kept;
  new_.push_back(std::move(finding));
}

bool FindingCollector::holds(const Finding& finding) const {
  if (finding.rule->evidence == Evidence::presence) return true;
  const Trust& trust = world_.trust();
  return finding.rests_on == 0 ? trust.complete_for(finding.driver)
                               : trust.complete_since(finding.rests_on);
}

void FindingCollector::publish(std::vector<Finding>& findings) {
  findings.insert(findings.end(), std::make_move_iterator(new_.begin()),
                  std::make_move_iterator(new_.end()));
  new_.clear();
  std::stable_sort(findings.begin(), findings.end(), finding_before);
  link_to_roots(findings);
  // The last one that was kept says how many came behind it.
  std::unordered_map<std::uint64_t, std::uint64_t> seen;
  for (Finding& finding : findings) {
    const bool is_last = ++seen[finding.fingerprint] == kKeptOfDefect;
    finding.repeats = is_last ? defects_[finding.fingerprint].dropped : 0;
  }
}

}  // namespace ddireplay::replay
