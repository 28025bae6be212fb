#include "tools/diff/matching.h"

#include <algorithm>
#include <deque>
#include <unordered_map>

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

}  // namespace

std::vector<ActivityPair> match_activities(const Recording& good, const Recording& bad) {
  const std::vector<Signature> left = signatures_of(good);
  const std::vector<Signature> right = signatures_of(bad);
  std::vector<std::uint32_t> bad_of_good(left.size(), kNone);
  std::vector<bool> taken(right.size(), false);
  for (const Part part :
       {&Signature::content, &Signature::calls, &Signature::head, &Signature::key}) {
    std::unordered_map<std::uint64_t, std::deque<std::uint32_t>> free;
    for (std::uint32_t i = 0; i < right.size(); ++i) {
      if (!taken[i]) free[right[i].*part].push_back(i);
    }
    for (std::uint32_t i = 0; i < left.size(); ++i) {
      if (bad_of_good[i] != kNone) continue;
      const auto candidates = free.find(left[i].*part);
      if (candidates == free.end() || candidates->second.empty()) continue;
      bad_of_good[i] = candidates->second.front();
      candidates->second.pop_front();
      taken[bad_of_good[i]] = true;
    }
  }
  std::vector<ActivityPair> pairs;
  for (std::uint32_t i = 0; i < left.size(); ++i) pairs.push_back({i, bad_of_good[i]});
  for (std::uint32_t i = 0; i < right.size(); ++i) {
    if (!taken[i]) pairs.push_back({kNone, i});
  }
  return pairs;
}

}  // namespace ddireplay::tools::diff
