// Kinds of locks, and what a call does besides acquiring or releasing one.
#pragma once

#include <cstdint>
#include <string_view>

namespace ddireplay::replay {

// Operand::kind of operations on locks. Kinds that differ have routines that don't go together.
enum class LockKind : std::uint8_t {
  unknown,
  spin,
  queued_spin,         // in-stack queued: the same KSPIN_LOCK, used by handle
  reader_writer_spin,  // EX_SPIN_LOCK
  interrupt_spin,      // by the address of its KINTERRUPT
  cancel_spin,         // the I/O manager's only one
  fast_mutex,
  guarded_mutex,
  mutex,  // KMUTEX
  resource,
  push_lock,
};

// Operand::flags of operations on locks.
namespace lock_flags {
inline constexpr std::uint64_t kShared = 1;
// IRQL and APCs stay as they are: ...AtDpcLevel, ...FromDpcLevel, ...Unsafe.
inline constexpr std::uint64_t kKeepsLevel = 2;
inline constexpr std::uint64_t kCriticalRegion = 4;  // enters one, or leaves it
inline constexpr std::uint64_t kAnyLevel = 8;        // the form has no level that it must have
inline constexpr std::uint64_t kForOwner = 16;       // a release for the owner that `object` names
}  // namespace lock_flags

// "spin lock", "ERESOURCE": as findings have it; a literal.
std::string_view lock_kind_name(LockKind kind);

constexpr bool is_spin_lock(LockKind kind) {
  return kind >= LockKind::spin && kind <= LockKind::cancel_spin;
}
// Its holder may acquire it again, and must release it as often.
constexpr bool is_recursive(LockKind kind) {
  return kind == LockKind::mutex || kind == LockKind::resource;
}
// Only whoever acquired it may release it.
constexpr bool has_owner(LockKind kind) {
  return kind != LockKind::push_lock && kind != LockKind::unknown;
}

// There is one cancel spin lock, which no argument names.
inline constexpr std::uint64_t kCancelLockAddress = 1;

}  // namespace ddireplay::replay
