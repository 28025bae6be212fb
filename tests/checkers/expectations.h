// What a text trace says in its comments about the findings that it must give, one line each, in
// the order of the report:
//
//   # expect: C4:62 at #12 parameters 0x62 0x0 0x0 0x3
//   # expect: C4:13 at #7 parameters 0x13 0x0 0x9000 0x5 unknown
//   # expect: C4:62 at #9 parameters 0x62 0x0 0x0 0x1 follows C4:10 at #5
//   # expect nothing
//
// Behind a finding's line, what its biography must be, if that matters: roles and positions, object
// by object, the objects in the finding's order.
//
//   # biography: timer initialised #4 armed #6; pool allocated #3 freed #8
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "format/trace_reader.h"
#include "replay/replay.h"

namespace ddireplay::tests {

struct ExpectedFinding {
  std::string line;
  std::optional<std::string> biography;
};

// nullopt: the text says nothing about findings.
std::optional<std::vector<ExpectedFinding>> read_expectations(std::string_view text);

// The same words for what was found.
std::vector<ExpectedFinding> describe(const replay::Report& report);

// Empty where all is as expected; else the lines that differ, "-" before what is missing and "+"
// before what is too much.
std::string difference(const std::vector<ExpectedFinding>& expected,
                       const std::vector<ExpectedFinding>& found);

}  // namespace ddireplay::tests
