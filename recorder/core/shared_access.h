// How the recorder's core gets at memory that several processors share.
//
// The structures that nobody waits for take this as a parameter. Tests put a machine in its place
// that changes processors, interrupts and checks at each of these points; here they are the plain
// operations.
#pragma once

#include <atomic>

namespace ddireplay::recorder {

struct SharedAccess {
  template <class T>
  using Atomic = std::atomic<T>;
  template <class T>
  using AtomicRef = std::atomic_ref<T>;

  // Before memory that has no atomic operations of its own is written or read: it must be the
  // caller's alone, or nobody may be writing it.
  static void will_write(void*) {}
  static void will_read(const void*) {}
};

}  // namespace ddireplay::recorder
