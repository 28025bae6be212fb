// Builds of a driver, by what was recorded of them.
#pragma once

#include <string>
#include <vector>

#include "tools/bisect/search.h"
#include "tools/corpus/expectation.h"
#include "tools/wanted_finding.h"

namespace ddireplay::tools::bisect {

struct Build {
  std::string name;                 // as it is told: of its file, or of its directory
  std::vector<std::string> traces;  // paths, in natural order; none: its directory is empty
};

// What lies in `directory`, a build each: a trace, or a directory of traces and of directories of
// them. In natural order of names, from which the extension of a trace is left out. Names that
// begin with a dot, README* and *.md are not looked at. Throws format::Error.
std::vector<Build> builds_in(const std::string& directory);

// The same of paths that were given, in natural order of the paths, or as they stand.
std::vector<Build> builds_of(const std::vector<std::string>& paths, bool as_given);

// All traces of some files and directories, as of one build.
Build one_build(const std::vector<std::string>& paths);

struct JudgeOptions {
  Wanted wanted;
  std::vector<std::string> rules;  // as ReplayOptions::rules
  unsigned confirm = 1;            // traces without the finding that make a build good
  unsigned threads = 1;            // traces of a build that are replayed at once
};

struct Judgement {
  std::string build;
  BuildVerdict verdict = BuildVerdict::skip;
  std::string why;                  // "a.ddt: C4:62 of My.sys at #51, fingerprint ..."
  std::size_t replays = 0;          // traces that were looked at
  std::string trace;                // of a bad one: in which the finding is
  corpus::ExpectedFinding finding;  // of a bad one
};

// Bad: the finding is in one of its traces; the others are not replayed any more. Good: it is in
// none, and at least `confirm` of them are whole. All else can't be judged: a trace with gaps that
// lacks the finding says nothing, nor does a finding that a gap could explain.
Judgement judge_build(const Build& build, const JudgeOptions& options);

}  // namespace ddireplay::tools::bisect
