// The divergences of a comparison, those that are alike counted together.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tools/diff/diff_view.h"

namespace ddireplay::tools::diff {

struct CountedLine {
  std::uint64_t count = 0;
  std::string text;
};

// Each in the order of its first case.
struct Summary {
  std::uint64_t good_activities = 0;  // that only GOOD has
  std::uint64_t bad_activities = 0;
  std::vector<CountedLine> activities_of_good;  // by key
  std::vector<CountedLine> activities_of_bad;
  std::vector<CountedLine> calls_of_good;  // "IoFreeMdl  from ReleaseObjects"
  std::vector<CountedLine> calls_of_bad;
  std::vector<CountedLine> values;  // "ExAllocatePoolWithTag NumberOfBytes: 0x1008, 0x2008"
  std::vector<CountedLine> loops;
};

// Calls of activities that only one side has are not counted as calls.
Summary summarise(const DiffView& view);

}  // namespace ddireplay::tools::diff
