// Takes the findings of all checkers, and makes of them what a report holds: in one order, with
// verdicts and fingerprints, each a root or the consequence of another.
#pragma once

#include <cstdint>
#include <span>
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

  // The event during which the next reports come.
  void begin(std::uint64_t position, format::ModuleId driver) {
    position_ = position;
    driver_ = driver;
  }
  void report(Finding finding) override;

  // Adds what was reported since the last call to `findings`, sorts them all by position, rule and
  // first object, and says anew which follow from which.
  void publish(std::vector<Finding>& findings);

 private:
  bool holds(const Finding& finding) const;

  const World& world_;
  std::span<const Rule* const> selected_;
  FingerprintMaker fingerprint_;
  std::uint64_t position_ = 0;
  format::ModuleId driver_ = format::kNoModuleId;
  std::vector<Finding> new_;
};

// True where `id` is one of the ids in `list`, which spaces separate.
bool contains_id(std::string_view list, std::string_view id);

// The order of rules in reports: by bug check, code, sub-id.
bool rule_before(const Rule& left, const Rule& right);

}  // namespace ddireplay::replay
