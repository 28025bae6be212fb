// All that the reports of a comparison are written from, and the words that they share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/diff/comparison.h"
#include "tools/diff/finding_difference.h"
#include "tools/diff/side.h"

namespace ddireplay::tools::diff {

struct DiffView {
  const Side& good;
  const Side& bad;
  const Names& names;
  const Basis& basis;
  const Comparison& comparison;
  const std::vector<FindingDifference>& findings;

  // Calls, activities and findings: what has only moved is no difference.
  bool same() const;
  bool is_complete() const;
};

// "the 2nd IRP_MJ_DEVICE_CONTROL(0x222004)"; "DriverEntry" where there is but one.
std::string activity_text(const DiffView& view, const Side& side, std::uint32_t activity);
// "MyDriver.sys"; of several targets all their names.
std::string targets_text(const Side& side);
// "ExFreePoolWithTag(P=the 3rd block that ReadConfig allocated, Tag='mdrv')"
std::string call_text(const DiffView& view, const Side& side, const Call& call);
// "the 3rd block that ReadConfig allocated", "STATUS_SUCCESS", "0x1008"
std::string value_text(const DiffView& view, const Side& side, const Call& call,
                       const Value& value);
std::string_view field_name(const Side& side, const Call& call, const Value& value);

// One sentence: where, what GOOD does, what BAD does.
std::string sentence(const DiffView& view, const Divergence& one);

// The calls at which the sides part: the first that differs, or that a side goes on with. Null
// where the side hasn't got the activity.
struct PartingCalls {
  const Call* good = nullptr;
  const Call* bad = nullptr;
};
PartingCalls parting_calls(const DiffView& view, const Divergence& one);

}  // namespace ddireplay::tools::diff
