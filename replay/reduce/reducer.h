// Finds the few events of a trace that a finding needs.
//
// First a guess: what the report speaks of, with the callbacks around it. Where a replay of that
// alone does not show the finding, the events that it needs besides are looked for one by one: they
// are tried in the order of their relevance, so many that the finding shows, and halving that
// number comes upon the last one needed. Then groups of events are left out, and at last single
// ones, until none can be spared: without any one of those that are left the finding is gone.
//
// The work grows with the events that are needed, not with those that there are: of these only a
// logarithm counts, and as many as have to be tried at once are held in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "format/trace_reader.h"
#include "replay/finding.h"
#include "replay/reduce/judge.h"

namespace ddireplay::replay {

struct ReduceOptions {
  unsigned threads = 1;  // that decode; they change nothing but the time
  // Told now and then how many events are under consideration, and how often was tried.
  std::function<void(std::size_t events, std::size_t trials)> progress;
};

struct Reduction {
  std::vector<std::uint64_t> positions;  // of the events that are left, in the whole trace
  std::uint64_t events = 0;              // of the whole trace
  std::size_t trials = 0;
  std::vector<std::byte> trace;  // of those that are left; says what it was reduced to
};

// `finding` is one of the replay of the whole trace. The result shows it again: the same rule,
// fingerprint and verdict, at the same event, about the same objects or some of them. Throws
// format::Error where not even the whole trace shows it (checkers that do not give the same each
// time).
Reduction reduce(format::TraceReader& trace, const MakeCheckers& make_checkers,
                 const Finding& finding, const ReduceOptions& options = {});

}  // namespace ddireplay::replay
