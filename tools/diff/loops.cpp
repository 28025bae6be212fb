#include "tools/diff/loops.h"

#include <algorithm>

#include "tools/diff/matching.h"

namespace ddireplay::tools::diff {
namespace {

constexpr std::uint32_t kLongestRound = 64;  // calls
constexpr std::uint32_t kLeastRounds = 3;    // on both sides: fewer may be no loop at all

using Calls = std::vector<Call>;

bool alike(const Calls& calls, std::uint32_t a, std::uint32_t b) {
  return caller_key(calls[a]) == caller_key(calls[b]);
}

// The calls [begin, end) and those around them that repeat with the period.
struct Run {
  std::uint32_t begin;
  std::uint32_t end;
};
Run extended(const Calls& calls, std::uint32_t begin, std::uint32_t end, std::uint32_t period) {
  while (begin > 0 && begin - 1 + period < calls.size() &&
         alike(calls, begin - 1, begin - 1 + period)) {
    --begin;
  }
  while (end < calls.size() && end >= period && alike(calls, end, end - period)) ++end;
  return {begin, end};
}

// The least period of [begin, end) that the calls around it share; 0: there is none.
std::uint32_t period_of(const Calls& calls, std::uint32_t begin, std::uint32_t end) {
  const std::uint32_t length = end - begin;
  for (std::uint32_t period = 1; period <= std::min(length, kLongestRound); ++period) {
    if (length % period != 0) continue;
    bool repeats = true;
    for (std::uint32_t i = begin; repeats && i + period < end; ++i) {
      repeats = alike(calls, i, i + period);
    }
    if (!repeats) continue;
    const Run run = extended(calls, begin, end, period);
    if (run.end - run.begin >= length + period) return period;
  }
  return 0;
}

}  // namespace

void recognise_loop(Divergence& one, const Calls& good, const Calls& bad) {
  const std::uint32_t good_length = one.good_end - one.good_begin;
  const std::uint32_t bad_length = one.bad_end - one.bad_begin;
  if ((good_length == 0) == (bad_length == 0)) return;
  const bool is_good = good_length != 0;
  const Calls& more = is_good ? good : bad;
  const std::uint32_t begin = is_good ? one.good_begin : one.bad_begin;
  const std::uint32_t end = is_good ? one.good_end : one.bad_end;
  const std::uint32_t period = period_of(more, begin, end);
  if (period == 0) return;

  const Run run = extended(more, begin, end, period);
  const std::uint32_t rounds = (run.end - run.begin) / period;
  const std::uint32_t further = (end - begin) / period;
  if (rounds < further + kLeastRounds) return;
  // Rounds that are left out between others are calls that are missing, and no end that comes
  // early.
  if (run.end - end >= period) return;
  one.kind = DivergenceKind::loop;
  one.period = period;
  one.good_rounds = is_good ? rounds : rounds - further;
  one.bad_rounds = is_good ? rounds - further : rounds;
}

}  // namespace ddireplay::tools::diff
