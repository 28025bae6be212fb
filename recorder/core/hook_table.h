// What stands behind each stub.
//
// A stub is a few bytes of code in the recorder's image that loads its number and jumps to the
// thunk. Its number is the place of a slot in this table. Stubs are handed out to imports and to
// routines of the drivers, and are never taken back while recording: the driver may keep the
// address as long as it likes.
//
// Look-up and insertion from any processor at any IRQL: nobody waits. When two processors ask for
// the same stub at the same moment, both may take a slot; one of the two is then never used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "recorder/core/capture.h"
#include "recorder/core/shared_access.h"

namespace ddireplay::recorder {

struct alignas(64) HookSlot {
  std::uint64_t original = 0;
  const RowPlan* plan = nullptr;
  std::uint16_t function = 0;  // place in the trace's function table
  std::uint16_t target = 0;    // place in the target table
};

// Where the stubs are: `count` of them, `stride` bytes apart.
struct StubRange {
  std::uint64_t base = 0;
  std::uint32_t stride = 1;
  std::uint32_t count = 0;
};

template <class Access>
class BasicHookTable {
 public:
  using Number = typename Access::template Atomic<std::uint32_t>;

  // As many slots as there are stubs. `index` has a power of two of entries, at least twice as
  // many, all zeroed.
  void attach(const StubRange& stubs, std::span<HookSlot> slots, std::span<Number> index) {
    stubs_ = stubs;
    stub_bytes_ = std::uint64_t{stubs.count} * stubs.stride;
    slots_ = slots;
    index_ = index;
  }

  const HookSlot& slot(std::uint32_t number) const { return slots_[number]; }

  std::uint64_t stub(std::uint32_t number) const {
    return stubs_.base + std::uint64_t{number} * stubs_.stride;
  }

  bool is_stub(std::uint64_t address) const { return address - stubs_.base < stub_bytes_; }

  // The slot behind a stub.
  const HookSlot& slot_of(std::uint64_t stub) const {
    return slots_[(stub - stubs_.base) / stubs_.stride];
  }

  // What a stub stands for; any other address is returned as it is.
  std::uint64_t original_of(std::uint64_t address) const {
    return is_stub(address) ? slot_of(address).original : address;
  }

  // The stub for these three. A new one gets its function from `make_function`, which returns false
  // when there is no room. 0: none can be had.
  template <class MakeFunction>
  std::uint64_t stub_for(const RowPlan& plan, std::uint16_t target, std::uint64_t original,
                         const MakeFunction& make_function) {
    std::uint32_t own = kNone;
    for (std::size_t at = hash(plan, target, original) & mask();; at = (at + 1) & mask()) {
      std::uint32_t entry = index_[at].load(std::memory_order_acquire);
      if (entry == 0) {
        if (own == kNone) own = add(plan, target, original, make_function);
        if (own == kNone) return 0;
        if (index_[at].compare_exchange_strong(entry, own + 1, std::memory_order_acq_rel)) {
          return stub(own);
        }
      }
      const HookSlot& found = slots_[entry - 1];
      Access::will_read(&found);
      if (found.plan == &plan && found.target == target && found.original == original) {
        return stub(entry - 1);
      }
    }
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;

  std::size_t mask() const { return index_.size() - 1; }

  static std::uint64_t hash(const RowPlan& plan, std::uint16_t target, std::uint64_t original) {
    std::uint64_t value = original ^ reinterpret_cast<std::uintptr_t>(&plan) << 7 ^ target;
    value *= 0xff51afd7ed558ccd;
    return value ^ value >> 32;
  }

  template <class MakeFunction>
  std::uint32_t add(const RowPlan& plan, std::uint16_t target, std::uint64_t original,
                    const MakeFunction& make_function) {
    std::uint32_t number = used_.load(std::memory_order_relaxed);
    do {
      if (number == slots_.size()) return kNone;
    } while (!used_.compare_exchange_weak(number, number + 1, std::memory_order_relaxed,
                                          std::memory_order_relaxed));
    HookSlot& slot = slots_[number];
    Access::will_write(&slot);
    slot.original = original;
    slot.plan = &plan;
    slot.target = target;
    return make_function(slot.function) ? number : kNone;
  }

  StubRange stubs_;
  std::uint64_t stub_bytes_ = 0;  // of all of them
  std::span<HookSlot> slots_;
  std::span<Number> index_;
  Number used_{0};
};

}  // namespace ddireplay::recorder
