// Takes the findings of all checkers, and makes of them what a report holds: in one order, with
// verdicts and fingerprints, each a root or the consequence of another.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "replay/checker.h"
#include "replay/finding.h"
#include "replay/fingerprint.h"

namespace ddireplay::replay {

class World;

class FindingCollector final : public FindingSink {
 public:
  // `selected`: the rules of which findings are kept; must outlive this.
  FindingCollector(const World& world, std::span<const Rule* const> selected);

  // The step during which the next reports come; it must live as long as they do.
  void begin(const Step& step) { step_ = &step; }
  // The next reports come behind the last event.
  void begin_end(std::uint64_t position) {
    step_ = nullptr;
    end_ = position;
  }
  void report(Finding finding) override;

  // Adds what was reported since the last call to `findings`, sorts them all by position, rule and
  // first object, and says anew which follow from which.
  void publish(std::vector<Finding>& findings);

 private:
  // What one defect has come to so far.
  struct Defect {
    std::uint64_t kept = 0;     // findings in the report
    std::uint64_t dropped = 0;  // more of them
  };

  bool holds(const Finding& finding) const;

  const World& world_;
  std::span<const Rule* const> selected_;
  FingerprintMaker fingerprint_;
  std::uint64_t reduced_to_ = 0;  // the only finding that the trace can prove; 0: all can be
  const Step* step_ = nullptr;
  std::uint64_t end_ = 0;
  std::vector<Finding> new_;
  std::unordered_map<std::uint64_t, Defect> defects_;  // by fingerprint
};

// True where `id` is one of the ids in `list`, which spaces separate.
bool contains_id(std::string_view list, std::string_view id);

// The order of rules in reports: by bug check, code, sub-id; those without a bug check come last.
bool rule_before(const Rule& left, const Rule& right);

}  // namespace ddireplay::replay
