#include "tools/diff/comparison.h"

#include <algorithm>
#include <tuple>

#include "tools/diff/alignment.h"
#include "tools/diff/hash.h"
#include "tools/diff/loops.h"
#include "tools/diff/matching.h"

namespace ddireplay::tools::diff {
namespace {

// First the calls are matched by everything but the identity of objects. Those that make objects
// then tell which object is which, and the calls are matched anew by that as well.
class Comparer {
 public:
  Comparer(const Recording& good, const Recording& bad, const Basis& basis)
      : good_(good), bad_(bad), meaning_(good, bad, basis) {}

  Comparison run() {
    result_.activities = match_activities(good_, bad_);
    for (const ActivityPair& pair : result_.activities) {
      if (pair.good != kNone && pair.bad != kNone) bind_objects(pair);
    }
    for (const ActivityPair& pair : result_.activities) {
      if (pair.good != kNone && pair.bad != kNone) {
        compare_calls(pair);
      } else if (pair.is_more_of_a_timer) {
        ++(pair.bad == kNone ? result_.more_ticks_of_good : result_.more_ticks_of_bad);
      } else {
        add_activity(pair);
      }
    }
    std::ranges::stable_sort(result_.divergences, {}, [](const Divergence& one) {
      return std::tuple(one.good_position, one.bad_position);
    });
    return std::move(result_);
  }

 private:
  const std::vector<Call>& good_calls(std::uint32_t activity) const {
    return good_.activities[activity].calls;
  }
  const std::vector<Call>& bad_calls(std::uint32_t activity) const {
    return bad_.activities[activity].calls;
  }

  template <class KeyOf>
  static std::vector<std::uint64_t> keys(const std::vector<Call>& calls, KeyOf key_of) {
    std::vector<std::uint64_t> result;
    result.reserve(calls.size());
    for (const Call& call : calls) result.push_back(key_of(call));
    return result;
  }
  static Keys weak_keys(const Recording& recording, const std::vector<Call>& calls) {
    return {{keys(calls, [&](const Call& call) { return content_key(recording, call); }),
             keys(calls, caller_key), keys(calls, call_key)}};
  }

  void bind_objects(const ActivityPair& pair) {
    const auto& good = good_calls(pair.good);
    const auto& bad = bad_calls(pair.bad);
    for (const auto& [x, y] : align_by_levels(weak_keys(good_, good), weak_keys(bad_, bad))) {
      const std::uint32_t count = std::min(good[x].object_count, bad[y].object_count);
      for (std::uint32_t i = 0; i < count; ++i) {
        meaning_.bind(good[x].first_object + i, bad[y].first_object + i);
      }
    }
  }

  std::uint64_t good_key(const Call& call, std::uint32_t activity) const {
    std::uint64_t key = content_key(good_, call);
    for (std::uint32_t i = 0; i < call.value_count; ++i) {
      key = mixed(key, meaning_.of_good(good_.values[call.first_value + i], activity));
    }
    return key;
  }
  std::uint64_t bad_key(const Call& call, std::uint32_t activity) const {
    std::uint64_t key = content_key(bad_, call);
    for (std::uint32_t i = 0; i < call.value_count; ++i) {
      key = mixed(key, meaning_.of_bad(bad_.values[call.first_value + i], activity));
    }
    return key;
  }

  void compare_calls(const ActivityPair& pair) {
    const auto& good = good_calls(pair.good);
    const auto& bad = bad_calls(pair.bad);
    Keys left{{keys(good, [&](const Call& call) { return good_key(call, pair.good); })}};
    Keys right{{keys(bad, [&](const Call& call) { return bad_key(call, pair.bad); })}};
    if (left.levels.front() == right.levels.front()) {
      result_.matched_calls += good.size();
      return;
    }
    for (auto& level : weak_keys(good_, good).levels) left.levels.push_back(std::move(level));
    for (auto& level : weak_keys(bad_, bad).levels) right.levels.push_back(std::move(level));
    const Matches matches = align_by_levels(left, right);
    result_.matched_calls += matches.size();
    std::uint32_t x = 0;
    std::uint32_t y = 0;
    for (const auto& [next_x, next_y] : matches) {
      add_gap(pair, x, next_x, y, next_y);
      if (left.levels.front()[next_x] != right.levels.front()[next_y]) {
        add_values(pair, next_x, next_y);
      }
      x = next_x + 1;
      y = next_y + 1;
    }
    add_gap(pair, x, static_cast<std::uint32_t>(good.size()), y,
            static_cast<std::uint32_t>(bad.size()));
  }

  void add_gap(const ActivityPair& pair, std::uint32_t good_begin, std::uint32_t good_end,
               std::uint32_t bad_begin, std::uint32_t bad_end) {
    if (good_begin == good_end && bad_begin == bad_end) return;
    Divergence one = at(DivergenceKind::calls, pair, good_begin, bad_begin);
    one.good_end = good_end;
    one.bad_end = bad_end;
    recognise_loop(one, good_calls(pair.good), bad_calls(pair.bad));
    result_.divergences.push_back(std::move(one));
  }

  void add_values(const ActivityPair& pair, std::uint32_t x, std::uint32_t y) {
    const Call& left = good_calls(pair.good)[x];
    const Call& right = bad_calls(pair.bad)[y];
    // Who in the driver makes it is no difference by itself.
    std::vector<DifferingValue> values = meaning_.differing(left, pair.good, right, pair.bad);
    if (Meaning::ends_alike(left, right) && values.empty()) return;
    Divergence one = at(DivergenceKind::values, pair, x, y);
    one.values = std::move(values);
    one.good_end = x + 1;
    one.bad_end = y + 1;
    result_.divergences.push_back(std::move(one));
  }

  Divergence at(DivergenceKind kind, const ActivityPair& pair, std::uint32_t good_begin,
                std::uint32_t bad_begin) const {
    Divergence one;
    one.kind = kind;
    one.good_activity = pair.good;
    one.bad_activity = pair.bad;
    one.good_begin = one.good_end = good_begin;
    one.bad_begin = one.bad_end = bad_begin;
    one.good_position = position(good_calls(pair.good), good_begin);
    one.bad_position = position(bad_calls(pair.bad), bad_begin);
    return one;
  }

  static std::uint64_t position(const std::vector<Call>& calls, std::uint32_t call) {
    if (call < calls.size()) return calls[call].position;
    return calls.empty() ? 0 : calls.back().position + 1;
  }

  // An activity that only BAD has stands behind the one of GOOD that is matched to the last one
  // that began before it.
  void add_activity(const ActivityPair& pair) {
    Divergence one;
    one.good_activity = pair.good;
    one.bad_activity = pair.bad;
    if (pair.bad == kNone) {
      one.kind = DivergenceKind::good_activity;
      one.good_end = static_cast<std::uint32_t>(good_calls(pair.good).size());
      one.good_position = position(good_calls(pair.good), 0);
    } else {
      one.kind = DivergenceKind::bad_activity;
      one.bad_end = static_cast<std::uint32_t>(bad_calls(pair.bad).size());
      one.bad_position = position(bad_calls(pair.bad), 0);
      one.good_position = good_position_before(pair.bad);
    }
    result_.divergences.push_back(std::move(one));
  }

  std::uint64_t good_position_before(std::uint32_t bad_activity) {
    if (good_of_bad_.empty()) {
      good_of_bad_.assign(bad_.activities.size(), kNone);
      for (const ActivityPair& pair : result_.activities) {
        if (pair.bad != kNone) good_of_bad_[pair.bad] = pair.good;
      }
      // Of one that has no match: what the one before it has.
      for (std::size_t i = 1; i < good_of_bad_.size(); ++i) {
        if (good_of_bad_[i] == kNone) good_of_bad_[i] = good_of_bad_[i - 1];
      }
    }
    const std::uint32_t good = good_of_bad_[bad_activity];
    return good == kNone ? 0 : position(good_calls(good), 0) + 1;
  }

  const Recording& good_;
  const Recording& bad_;
  Meaning meaning_;
  Comparison result_;
  std::vector<std::uint32_t> good_of_bad_;  // activities
};

}  // namespace

Comparison compare(const Recording& good, const Recording& bad, const Basis& basis) {
  return Comparer(good, bad, basis).run();
}

}  // namespace ddireplay::tools::diff
