#include "tools/corpus/cover.h"

#include <algorithm>
#include <queue>
#include <set>
#include <tuple>
#include <unordered_map>

namespace ddireplay::tools::corpus {
namespace {

// An entry that may stay. What it adds only becomes less as others stay: an old value is a bound.
struct Candidate {
  std::size_t adds = 0;
  std::size_t place = 0;
};

class Cover {
 public:
  explicit Cover(const std::vector<Entry>& entries) : entries_(entries) {
    for (const Entry& entry : entries) defects_.push_back(defects_of(entry.expectation));
  }

  std::vector<std::size_t> redundant() {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (is_kept_always(entries_[i].expectation)) keep(i);
    }
    keep_greedily();
    drop_superfluous();
    std::vector<std::size_t> rest;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (!kept_.contains(i)) rest.push_back(i);
    }
    return rest;
  }

 private:
  void keep(std::size_t place) {
    kept_.insert(place);
    for (const std::string& defect : defects_[place]) ++times_covered_[defect];
  }

  std::size_t added_by(std::size_t place) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        defects_[place],
        [this](const std::string& defect) { return !times_covered_.contains(defect); }));
  }

  void keep_greedily() {
    const auto worse = [this](const Candidate& left, const Candidate& right) {
      const auto rank = [this](const Candidate& one) {
        return std::tuple(entries_[one.place].trace.bytes, one.place);
      };
      if (left.adds != right.adds) return left.adds < right.adds;
      return rank(left) > rank(right);
    };
    std::priority_queue<Candidate, std::vector<Candidate>, decltype(worse)> queue(worse);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (!kept_.contains(i)) queue.push({added_by(i), i});
    }
    while (!queue.empty() && queue.top().adds != 0) {
      const Candidate best = queue.top();
      queue.pop();
      const std::size_t adds = added_by(best.place);
      if (adds == best.adds) {
        keep(best.place);
      } else {
        queue.push({adds, best.place});
      }
    }
  }

  // What was kept early may be covered by those that were kept later, taken together.
  void drop_superfluous() {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (!kept_.contains(i) || is_kept_always(entries_[i].expectation)) continue;
      const bool is_needed = std::ranges::any_of(defects_[i], [this](const std::string& defect) {
        return times_covered_.at(defect) == 1;
      });
      if (is_needed) continue;
      kept_.erase(i);
      for (const std::string& defect : defects_[i]) --times_covered_.at(defect);
    }
  }

  const std::vector<Entry>& entries_;
  std::vector<std::vector<std::string>> defects_;  // by place
  std::unordered_map<std::string, std::size_t> times_covered_;
  std::set<std::size_t> kept_;
};

}  // namespace

std::vector<std::string> defects_of(const Expectation& expectation) {
  std::set<std::string> defects;
  for (const ExpectedFinding& finding : expectation.outcome.findings) {
    defects.insert(finding.rule + " " + finding.fingerprint + " " + finding.verdict);
  }
  return {defects.begin(), defects.end()};
}

bool is_kept_always(const Expectation& expectation) {
  return expectation.outcome.status != format::ExitStatus::findings;
}

std::vector<std::size_t> redundant_entries(const std::vector<Entry>& entries) {
  return Cover(entries).redundant();
}

}  // namespace ddireplay::tools::corpus
