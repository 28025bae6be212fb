// How the recorder's core gets at memory that several processors share.
//
// The structures that nobody waits for take this as a parameter. Tests put a machine in its place
// that changes processors, interrupts and checks at each of these points; here they are the plain
// operations.
#pragma once

#include <atomic>
#include <cstdint>

namespace ddireplay::recorder {

struct SharedAccess {
  template <class T>
  using Atomic = std::atomic<T>;
  template <class T>
  using AtomicRef = std::atomic_ref<T>;

  // What only one page of a stack adds to, and anybody reads. The addition is one instruction, so
  // nothing that comes in between on the same processor takes part of it away; others see it some
  // time later, behind everything that was done before it.
  class StackCount {
   public:
    void add() { asm volatile("incq %0" : "+m"(value_) : : "cc", "memory"); }
    std::uint64_t load() const { return __atomic_load_n(&value_, __ATOMIC_ACQUIRE); }

   private:
    std::uint64_t value_ = 0;
  };

  // The page of the stack that this runs on.
  static std::uint64_t stack_page() {
    std::uint64_t stack_pointer;
    asm("mov %%rsp, %0" : "=r"(stack_pointer));
    return stack_pointer / 4096;
  }

  // Before memory that has no atomic operations of its own is written or read: it must be the
  // caller's alone, or nobody may be writing it.
  static void will_write(void*) {}
  static void will_read(const void*) {}
};

}  // namespace ddireplay::recorder
