#include "tools/diff/matching.h"

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <unordered_set>

#include "tools/diff/alignment.h"
#include "tools/diff/hash.h"

namespace ddireplay::tools::diff {

std::uint64_t call_key(const Call& call) {
  return mixed(call.name, static_cast<std::uint64_t>(call.part));
}

std::uint64_t caller_key(const Call& call) { return mixed(call_key(call), call.caller); }

std::uint64_t content_key(const Recording& recording, const Call& call) {
  std::uint64_t key = caller_key(call);
  key = mixed(key, (call.raised ? 1u : 0u) + (call.returned ? 2u : 0u));
  for (std::uint32_t i = 0; i < call.value_count; ++i) {
    const Value& value = recording.values[call.first_value + i];
    key = mixed(mixed(key, value.field), Meaning::without_identity(value));
  }
  return key;
}

namespace {

struct Signature {
  std::uint64_t content;
  std::uint64_t calls;
  std::uint64_t head;
  std::uint64_t key;
};
using Part = std::uint64_t Signature::*;

Signature signature_of(const Recording& recording, const Activity& activity) {
  Signature signature{activity.key, activity.key, activity.key, activity.key};
  for (const Call& call : activity.calls) {
    signature.content = mixed(signature.content, content_key(recording, call));
    signature.calls = mixed(signature.calls, call_key(call));
  }
  if (!activity.calls.empty()) {
    signature.head = mixed(signature.head, content_key(recording, activity.calls.front()));
  }
  return signature;
}

std::vector<Signature> signatures_of(const Recording& recording) {
  std::vector<Signature> signatures;
  signatures.reserve(recording.activities.size());
  for (const Activity& activity : recording.activities) {
    signatures.push_back(signature_of(recording, activity));
  }
  return signatures;
}

// Activities of one side by key, in their order.
std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> by_key(const Recording& recording) {
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> groups;
  for (std::uint32_t i = 0; i < recording.activities.size(); ++i) {
    groups[recording.activities[i].key].push_back(i);
  }
  return groups;
}

class Matcher {
 public:
  Matcher(const Recording& good, const Recording& bad)
      : good_(good),
        bad_(bad),
        left_(signatures_of(good)),
        right_(signatures_of(bad)),
        bad_of_good_(left_.size(), kNone),
        taken_(right_.size(), false),
        good_ticks_(left_.size(), false),
        bad_ticks_(right_.size(), false) {}

  std::vector<ActivityPair> run() {
    match_in_order();
    match_in_any_order(&Signature::content);
    set_more_ticks_apart();
    for (const Part part : {&Signature::calls, &Signature::head, &Signature::key}) {
      match_in_any_order(part);
    }
    std::vector<ActivityPair> pairs;
    for (std::uint32_t i = 0; i < left_.size(); ++i) {
      pairs.push_back({i, bad_of_good_[i], good_ticks_[i]});
    }
    for (std::uint32_t i = 0; i < right_.size(); ++i) {
      if (!taken_[i]) pairs.push_back({kNone, i, bad_ticks_[i]});
    }
    return pairs;
  }

 private:
  void match(std::uint32_t good, std::uint32_t bad) {
    bad_of_good_[good] = bad;
    taken_[bad] = true;
  }

  void match_in_order() {
    auto others = by_key(bad_);
    for (const auto& [key, good] : by_key(good_)) {
      const std::vector<std::uint32_t>& bad = others[key];
      std::vector<std::uint64_t> left;
      std::vector<std::uint64_t> right;
      for (const std::uint32_t one : good) left.push_back(left_[one].content);
      for (const std::uint32_t one : bad) right.push_back(right_[one].content);
      for (const auto& [x, y] : align(left, right)) match(good[x], bad[y]);
    }
  }

  // Of what is left those that are like ticks which were matched.
  void set_more_ticks_apart() {
    std::unordered_set<std::uint64_t> matched;
    for (std::uint32_t i = 0; i < left_.size(); ++i) {
      if (bad_of_good_[i] != kNone && good_.activities[i].ticks) matched.insert(left_[i].content);
    }
    for (std::uint32_t i = 0; i < left_.size(); ++i) {
      good_ticks_[i] = bad_of_good_[i] == kNone && good_.activities[i].ticks &&
                       matched.contains(left_[i].content);
    }
    for (std::uint32_t i = 0; i < right_.size(); ++i) {
      bad_ticks_[i] = !taken_[i] && bad_.activities[i].ticks && matched.contains(right_[i].content);
    }
  }

  void match_in_any_order(Part part) {
    std::unordered_map<std::uint64_t, std::deque<std::uint32_t>> free;
    for (std::uint32_t i = 0; i < right_.size(); ++i) {
      if (!taken_[i] && !bad_ticks_[i]) free[right_[i].*part].push_back(i);
    }
    for (std::uint32_t i = 0; i < left_.size(); ++i) {
      if (bad_of_good_[i] != kNone || good_ticks_[i]) continue;
      const auto candidates = free.find(left_[i].*part);
      if (candidates == free.end() || candidates->second.empty()) continue;
      match(i, candidates->second.front());
      candidates->second.pop_front();
    }
  }

  const Recording& good_;
  const Recording& bad_;
  std::vector<Signature> left_;
  std::vector<Signature> right_;
  std::vector<std::uint32_t> bad_of_good_;
  std::vector<bool> taken_;
  std::vector<bool> good_ticks_;  // more of them than the other side has
  std::vector<bool> bad_ticks_;
};

}  // namespace

std::vector<ActivityPair> match_activities(const Recording& good, const Recording& bad) {
  return Matcher(good, bad).run();
}

}  // namespace ddireplay::tools::diff
