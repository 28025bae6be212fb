// What a trace of a corpus must report: the file beside it, which people read and merge.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "format/error.h"

namespace ddireplay::tools::corpus {

struct ExpectedFinding {
  std::string rule;         // "C4:62"
  std::string fingerprint;  // 16 hexadecimal digits
  std::uint64_t position = 0;
  std::string driver;          // file name; empty: none
  std::string verdict;         // "violation" or "unknown"
  std::string consequence_of;  // fingerprint of its root; empty: it is a root
  std::uint64_t repeats = 0;   // of the same defect behind it, that are not in the report

  bool operator==(const ExpectedFinding&) const = default;
};

// What a replay of a trace comes to.
struct Outcome {
  format::ExitStatus status = format::ExitStatus::clean;  // as that of `ddireplay replay`
  std::uint64_t events = 0;
  std::vector<ExpectedFinding> findings;  // in the order of reports
  // The trace is a part of a recording, of which the rest was left out. Neither compared nor kept.
  bool is_part = false;
  // Why the trace can't be read, where the status says so: for people, neither compared nor kept.
  std::string unreadable_because;
};

struct Expectation {
  std::string sha256;              // of the trace's file, 64 hexadecimal digits
  std::vector<std::string> rules;  // as ReplayOptions::rules
  std::string note;                // of people; free text
  Outcome outcome;
};

// The same text for the same expectation, byte for byte: sorted keys, one value a line.
std::string expectation_text(const Expectation& expectation);

// `path` stands in messages, with line and column where the text is no JSON. Throws format::Error
// (unreadable).
Expectation parse_expectation(std::string_view text, const std::string& path);
Expectation read_expectation(const std::string& path);

}  // namespace ddireplay::tools::corpus
