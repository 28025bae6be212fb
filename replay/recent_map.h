// A hash map by number, of which the look-ups before this one are remembered: one step asks for the
// same thing several times, and events of some processors alternate, each of which goes on with
// what it had.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace ddireplay::replay {

// Values stay where they are until they are erased.
template <class T>
class RecentMap {
 public:
  RecentMap() = default;
  RecentMap(const RecentMap&) = delete;
  RecentMap& operator=(const RecentMap&) = delete;

  T* find(std::uint64_t key) const {
    Found& recent = recent_of(key);
    if (recent.value != nullptr && recent.key == key) return recent.value;
    const auto found = values_.find(key);
    if (found == values_.end()) return nullptr;
    // Who has only a constant map gets a pointer to change a value by, as from HashIndex.
    recent = {key, const_cast<T*>(&found->second)};
    return recent.value;
  }
  T& operator[](std::uint64_t key) {
    T* const known = find(key);
    return known != nullptr ? *known : values_[key];
  }
  void erase(std::uint64_t key) {
    if (values_.empty()) return;
    recent_of(key) = {};
    values_.erase(key);
  }
  template <class Predicate>
  void erase_if(Predicate erase) {
    recent_ = {};
    std::erase_if(values_, [&](const auto& entry) { return erase(entry.second); });
  }
  void clear() {
    recent_ = {};
    values_.clear();
  }
  std::size_t size() const { return values_.size(); }

 private:
  static constexpr unsigned kRecentBits = 4;
  struct Found {
    std::uint64_t key = 0;
    T* value = nullptr;
  };

  Found& recent_of(std::uint64_t key) const {
    return recent_[(key * 0x9e3779b97f4a7c15u) >> (64 - kRecentBits)];
  }

  std::unordered_map<std::uint64_t, T> values_;
  mutable std::array<Found, 1 << kRecentBits> recent_{};
};

}  // namespace ddireplay::replay
