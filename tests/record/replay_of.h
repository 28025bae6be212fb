// What a replay says of a trace that a test has recorded.
#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "checkers/registry.h"
#include "replay/replay.h"

namespace ddireplay::tools::record {

struct Judged {
  std::set<std::string> rules;  // of the findings that are roots
  bool complete = false;        // the trace is
};

inline Judged replay_of(const std::filesystem::path& path) {
  format::TraceReader trace = format::TraceReader::open(path);
  const auto checkers = checkers::make_all_checkers();
  replay::Replay replay(trace, checkers);
  replay.run();
  Judged judged;
  for (const replay::Finding& finding : replay.report().findings) {
    if (finding.root < 0) judged.rules.insert(finding.rule->id());
  }
  judged.complete = trace.condition().complete();
  return judged;
}

}  // namespace ddireplay::tools::record
