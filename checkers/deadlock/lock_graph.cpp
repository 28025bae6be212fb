#include "checkers/deadlock/lock_graph.h"

#include <algorithm>

namespace ddireplay::checkers {

namespace {

// Bounds of one search. Cycles of more locks than that are not what people write.
constexpr std::size_t kSearchMax = 20'000;
constexpr std::size_t kCycleMax = 32;

std::uint64_t key_of(const OrderedLock& held, const OrderedLock& wanted) {
  static_assert(sizeof(LockNumber) * 8 == 32 && replay::kLockNumberMax >> 31 == 0);
  return std::uint64_t{held.number} << 33 | std::uint64_t{wanted.number} << 2 |
         (held.shared ? 2u : 0u) | (wanted.shared ? 1u : 0u);
}

bool is_gate(const OrderedLock& lock, LockNumber held) {
  return !lock.shared && lock.number != held;
}

std::vector<LockNumber> gates_among(std::span<const OrderedLock> all, LockNumber held) {
  std::vector<LockNumber> gates;
  for (const OrderedLock& lock : all) {
    if (is_gate(lock, held)) gates.push_back(lock.number);
  }
  return gates;
}

// Drops gates that are not held this time. False where all were.
bool lose_gates(LockOrder& order, std::span<const OrderedLock> all) {
  return std::erase_if(order.gates, [&](LockNumber gate) {
           return std::none_of(all.begin(), all.end(), [&](const OrderedLock& lock) {
             return lock.number == gate && is_gate(lock, order.held);
           });
         }) != 0;
}

bool contains(const std::vector<LockNumber>& gates, LockNumber gate) {
  return std::find(gates.begin(), gates.end(), gate) != gates.end();
}

// Whether one lock is held in all of the orders, so that no two of them are taken at a time.
bool have_gate(std::span<const LockOrder* const> path, const LockOrder& closing) {
  return std::any_of(closing.gates.begin(), closing.gates.end(), [&](LockNumber gate) {
    return std::all_of(path.begin(), path.end(),
                       [&](const LockOrder* order) { return contains(order->gates, gate); });
  });
}

void drop(std::vector<std::uint64_t>& keys, std::uint64_t key) {
  const auto found = std::find(keys.begin(), keys.end(), key);
  if (found == keys.end()) return;
  *found = keys.back();
  keys.pop_back();
}

}  // namespace

std::span<const LockOrder* const> LockGraph::want(std::span<const OrderedLock> held,
                                                  const OrderedLock& wanted, IsAlive is_alive) {
  cycle_.clear();
  for (const OrderedLock& lock : held) {
    const std::uint64_t key = key_of(lock, wanted);
    const auto known = orders_.find(key);
    LockOrder* changed = nullptr;
    if (known == orders_.end()) {
      changed = &add(key, lock, wanted);
      changed->gates = gates_among(held, lock.number);
    } else if (!known->second.gates.empty() && lose_gates(known->second, held)) {
      changed = &known->second;
      changed->held_since = lock.at;
      changed->wanted_at = wanted.at;
    }
    if (changed != nullptr && find_cycle(*changed, is_alive) && cycle_.empty()) {
      cycle_ = path_;
      cycle_.push_back(changed);
    }
  }
  return cycle_;
}

LockOrder& LockGraph::add(std::uint64_t key, const OrderedLock& held, const OrderedLock& wanted) {
  LockOrder& order = orders_[key];
  order = {.held = held.number,
           .wanted = wanted.number,
           .held_address = held.address,
           .wanted_address = wanted.address,
           .held_shared = held.shared,
           .wanted_shared = wanted.shared,
           .closes_cycle = false,
           .held_since = held.at,
           .wanted_at = wanted.at,
           .gates = {}};
  nodes_[held.number].to.push_back(key);
  nodes_[wanted.number].from.push_back(key);
  return order;
}

// Looks for a path from the wanted lock back to the held one, and leaves it in path_.
bool LockGraph::find_cycle(LockOrder& closing, IsAlive is_alive) {
  path_.clear();
  if (closing.closes_cycle || nodes_[closing.held].from.empty()) return false;
  visited_.clear();
  closing.closes_cycle = follow(closing.wanted, closing.wanted_shared, closing, is_alive);
  return closing.closes_cycle;
}

bool LockGraph::follow(LockNumber from, bool entered_shared, const LockOrder& closing,
                       IsAlive is_alive) {
  if (path_.size() == kCycleMax || visited_.size() == kSearchMax) return false;
  if (!visited_.insert(std::uint64_t{from} << 1 | (entered_shared ? 1u : 0u)).second) return false;
  for (const std::uint64_t key : nodes_[from].to) {
    const LockOrder& order = orders_.find(key)->second;
    if (order.closes_cycle || (entered_shared && order.held_shared)) continue;
    if (!is_alive(order.wanted_address, order.wanted)) continue;
    path_.push_back(&order);
    const bool is_back = order.wanted == closing.held &&
                         !(order.wanted_shared && closing.held_shared) &&
                         !have_gate(path_, closing);
    if (is_back || follow(order.wanted, order.wanted_shared, closing, is_alive)) return true;
    path_.pop_back();
  }
  return false;
}

void LockGraph::clean(IsAlive is_alive) {
  cycle_.clear();
  for (auto it = orders_.begin(); it != orders_.end();) {
    const LockOrder& order = it->second;
    if (is_alive(order.held_address, order.held) && is_alive(order.wanted_address, order.wanted)) {
      ++it;
      continue;
    }
    drop(nodes_[order.held].to, it->first);
    drop(nodes_[order.wanted].from, it->first);
    it = orders_.erase(it);
  }
  std::erase_if(
      nodes_, [](const auto& node) { return node.second.to.empty() && node.second.from.empty(); });
}

}  // namespace ddireplay::checkers
