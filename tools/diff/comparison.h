// What two recordings differ in.
#pragma once

#include <cstdint>
#include <vector>

#include "tools/diff/recording.h"

namespace ddireplay::tools::diff {

// A value in which two calls that were matched differ: its place among the values of GOOD's call
// and among those of BAD's.
struct DifferingValue {
  std::uint8_t good = 0;
  std::uint8_t bad = 0;
};

enum class DivergenceKind : std::uint8_t {
  calls,          // one side makes calls that the other doesn't, or each makes others
  values,         // the same call, with other values
  loop,           // the same calls over and over, not as often on both sides
  good_activity,  // only GOOD has it
  bad_activity,   // only BAD has it
};

// Ranges of calls [begin, end) of one activity of each side. Where a side makes none, its range is
// empty and begins at the call that it goes on with.
struct Divergence {
  DivergenceKind kind = DivergenceKind::calls;
  std::uint32_t good_activity = kNone;
  std::uint32_t bad_activity = kNone;
  std::uint32_t good_begin = 0;
  std::uint32_t good_end = 0;
  std::uint32_t bad_begin = 0;
  std::uint32_t bad_end = 0;
  std::uint32_t period = 0;  // calls of one round of a loop
  std::uint32_t good_rounds = 0;
  std::uint32_t bad_rounds = 0;
  std::uint64_t good_position = 0;  // where GOOD was when they parted
  std::uint64_t bad_position = 0;
  std::vector<DifferingValue> values;  // of kind `values`; none: one of them did not return
};

struct ActivityPair {
  std::uint32_t good = kNone;  // kNone: only the other side has it
  std::uint32_t bad = kNone;
  bool is_more_of_a_timer = false;  // like ticks that both have: no difference
};

struct Comparison {
  std::vector<ActivityPair> activities;  // in the order of GOOD; then those of BAD alone
  std::vector<Divergence> divergences;   // in the time order of GOOD, then of BAD
  std::uint64_t matched_calls = 0;
  std::uint64_t more_ticks_of_good = 0;  // activities: see ActivityPair
  std::uint64_t more_ticks_of_bad = 0;

  bool same() const { return divergences.empty(); }
};

Comparison compare(const Recording& good, const Recording& bad, const Basis& basis);

// Tells values of both sides by what they mean.
class Meaning {
 public:
  Meaning(const Recording& good, const Recording& bad, const Basis& basis);

  // Two objects are the same one: the calls that made them were matched.
  void bind(std::uint32_t good_object, std::uint32_t bad_object);

  std::uint64_t of_good(const Value& value, std::uint32_t activity) const;
  std::uint64_t of_bad(const Value& value, std::uint32_t activity) const;
  // The same, all objects being alike.
  static std::uint64_t without_identity(const Value& value);

  std::vector<DifferingValue> differing(const Call& good, std::uint32_t good_activity,
                                        const Call& bad, std::uint32_t bad_activity) const;
  // Of calls that differ in whether they returned or raised.
  static bool ends_alike(const Call& good, const Call& bad);

 private:
  std::uint64_t token(const Value& value, std::uint64_t object_token, std::uint64_t address,
                      bool is_own) const;

  const Recording& good_;
  const Recording& bad_;
  Basis basis_;
  std::vector<std::uint32_t> good_of_bad_;  // objects
};

}  // namespace ddireplay::tools::diff
