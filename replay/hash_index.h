// An intrusive hash table that grows: finds objects by a 64-bit key, and allocates only when it
// doubles. It is at most half full, so that most look-ups touch one object or none.
//
// Several objects may have the same key. The table doesn't own them.
#pragma once

#include <boost/intrusive/unordered_set.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace ddireplay::replay {

template <class Tag>
using HashHook = boost::intrusive::unordered_set_base_hook<
    boost::intrusive::tag<Tag>, boost::intrusive::link_mode<boost::intrusive::normal_link>>;

// KeyOf: a functor with `using type = std::uint64_t;` that takes an object's key.
template <class T, class Tag, class KeyOf>
class HashIndex {
  // Addresses differ in their middle bits: a multiplication spreads these over the whole word.
  struct Spread {
    std::size_t operator()(std::uint64_t key) const {
      const std::uint64_t product = key * 0x9e3779b97f4a7c15u;
      return static_cast<std::size_t>(product ^ (product >> 32));
    }
  };
  using Set = boost::intrusive::unordered_multiset<
      T, boost::intrusive::base_hook<HashHook<Tag>>, boost::intrusive::key_of_value<KeyOf>,
      boost::intrusive::hash<Spread>, boost::intrusive::power_2_buckets<true>>;
  using Bucket = typename Set::bucket_type;

 public:
  HashIndex() : buckets_(kFirstBuckets), set_({buckets_.data(), buckets_.size()}) {}
  HashIndex(const HashIndex&) = delete;
  HashIndex& operator=(const HashIndex&) = delete;
  ~HashIndex() { set_.clear(); }

  void insert(T& object) {
    if (set_.size() * 2 == buckets_.size()) grow();
    set_.insert(object);
  }
  void erase(T& object) { set_.erase(set_.iterator_to(object)); }

  // Any object with that key, or nullptr.
  T* find(std::uint64_t key) const {
    return find_if(key, [](const T&) { return true; });
  }
  // Any object with that key for which `accept` is true, or nullptr. The objects aren't the
  // table's: it hands them out to be changed even where it is itself constant.
  template <class Predicate>
  T* find_if(std::uint64_t key, Predicate accept) const {
    Set& set = const_cast<Set&>(set_);
    const std::size_t bucket = set.bucket(key);
    for (auto it = set.begin(bucket); it != set.end(bucket); ++it) {
      if (KeyOf()(*it) == key && accept(*it)) return &*it;
    }
    return nullptr;
  }
  // All objects, in no order.
  template <class Visit>
  void for_each(Visit visit) const {
    for (T& object : const_cast<Set&>(set_)) visit(object);
  }
  std::size_t size() const { return set_.size(); }

 private:
  static constexpr std::size_t kFirstBuckets = 64;

  void grow() {
    std::vector<Bucket> larger(buckets_.size() * 2);
    set_.rehash({larger.data(), larger.size()});
    buckets_.swap(larger);
  }

  std::vector<Bucket> buckets_;
  Set set_;
};

}  // namespace ddireplay::replay
