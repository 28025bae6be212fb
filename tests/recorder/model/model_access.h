// Shared memory (recorder/core/shared_access.h) on the simulated machine: before and after each
// operation anything may come in between, and what memory orders don't promise is not taken for
// granted. A flaw makes one of the operations do less than it should, which a test of the structure
// must notice.
#pragma once

#include <atomic>
#include <utility>

#include "tests/recorder/model/machine.h"

namespace ddireplay::recorder::model {

enum class Flaw {
  none,
  relaxed_store,  // publishes nothing
  relaxed_load,   // learns nothing
  torn_swap,      // compare-and-swap compares first, and swaps later
  torn_add,       // an addition reads first, and writes later
  lost_clear,     // storing 0 through a reference has no effect
  early_commit,   // memory counts as committed before it is filled
  torn_count,     // a stack's count is read by one instruction, and written by another
  by_processor,   // counts belong to processors, not to stacks
};

namespace detail {

inline bool acquires(std::memory_order order) {
  return order == std::memory_order_acquire || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}
inline bool releases(std::memory_order order) {
  return order == std::memory_order_release || order == std::memory_order_acq_rel ||
         order == std::memory_order_seq_cst;
}

inline void point() {
  if (Machine* machine = Machine::current()) machine->point();
}

// The operations on `value`; what they publish is kept in `published`.
template <class T, Flaw flaw>
class Operations {
 public:
  Operations(T& value, Knowledge& published) : value_(value), published_(published) {}

  T load(std::memory_order order) {
    point();
    learn(order);
    return value_;
  }

  void store(T value, std::memory_order order) {
    point();
    write(value, order);
    point();
  }

  template <class Change>
  T modify(const Change& change, std::memory_order order) {
    point();
    drain();
    const T before = value_;
    if (flaw == Flaw::torn_add) point();
    learn(order);
    value_ = change(before);
    publish(order);
    point();
    return before;
  }

  bool swap_if(T& expected, T desired, std::memory_order success, std::memory_order failure) {
    point();
    drain();
    if (value_ != expected) {
      learn(failure);
      expected = value_;
      return false;
    }
    if (flaw == Flaw::torn_swap) point();
    learn(success);
    value_ = desired;
    publish(success);
    point();
    return true;
  }

 private:
  // A locked instruction waits for it.
  static void drain() {
    if (Machine* machine = Machine::current()) machine->drain();
  }

  void learn(std::memory_order order) {
    Machine* machine = Machine::current();
    if (machine == nullptr || !acquires(order) || flaw == Flaw::relaxed_load) return;
    machine->order().acquire(machine->thread(), published_);
  }

  // A store begins a new release sequence; a read-modify-write goes on with the one it finds.
  void write(T value, std::memory_order order) {
    published_.clear();
    value_ = value;
    publish(order);
  }

  void publish(std::memory_order order) {
    Machine* machine = Machine::current();
    if (machine == nullptr || !releases(order) || flaw == Flaw::relaxed_store) return;
    machine->order().release(machine->thread(), published_);
  }

  T& value_;
  Knowledge& published_;
};

}  // namespace detail

template <class T, Flaw flaw>
class ModelAtomic {
 public:
  ModelAtomic() : ModelAtomic(T()) {}
  ModelAtomic(T value) : value_(value) {}  // NOLINT: as std::atomic
  ModelAtomic(const ModelAtomic&) = delete;
  ModelAtomic& operator=(const ModelAtomic&) = delete;

  T load(std::memory_order order) const { return operations().load(order); }
  void store(T value, std::memory_order order) { operations().store(value, order); }
  T fetch_add(T more, std::memory_order order) {
    return operations().modify([more](T value) { return value + more; }, order);
  }
  T exchange(T value, std::memory_order order) {
    return operations().modify([value](T) { return value; }, order);
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order success,
                               std::memory_order failure) {
    return operations().swap_if(expected, desired, success, failure);
  }
  bool compare_exchange_strong(T& expected, T desired, std::memory_order order) {
    return compare_exchange_strong(expected, desired, order, weaker(order));
  }
  // Fails now and then for no reason, as some processors' does.
  bool compare_exchange_weak(T& expected, T desired, std::memory_order order) {
    return compare_exchange_weak(expected, desired, order, weaker(order));
  }
  bool compare_exchange_weak(T& expected, T desired, std::memory_order success,
                             std::memory_order failure) {
    Machine* machine = Machine::current();
    if (machine != nullptr && machine->draw(16) == 0) return false;
    return operations().swap_if(expected, desired, success, failure);
  }

 private:
  // Of a swap that failed.
  static std::memory_order weaker(std::memory_order order) {
    return order == std::memory_order_acq_rel ? std::memory_order_acquire : order;
  }

  detail::Operations<T, flaw> operations() const { return {value_, published_}; }

  mutable T value_;
  mutable Knowledge published_;
};

template <class T, Flaw flaw>
class ModelAtomicRef {
 public:
  explicit ModelAtomicRef(T& value) : value_(value) {}

  T load(std::memory_order order) const { return operations().load(order); }
  void store(T value, std::memory_order order) const {
    if (flaw == Flaw::lost_clear && value == 0) return;
    operations().store(value, order);
  }

 private:
  detail::Operations<T, flaw> operations() const {
    static Knowledge nobodys;
    Machine* machine = Machine::current();
    return {value_, machine == nullptr ? nobodys : machine->order().published_at(&value_)};
  }

  T& value_;
};

// An addition that is made in one instruction, and that others see later.
template <Flaw flaw>
class ModelStackCount {
 public:
  void add() {
    Machine* machine = Machine::current();
    machine->point();
    const std::uint64_t more = newest_ + 1;
    if (flaw == Flaw::torn_count) {
      machine->point();
    } else {
      machine->point_in_instruction();
    }
    newest_ = more;
    Knowledge done;
    if (flaw != Flaw::relaxed_store) machine->order().release(machine->thread(), done);
    machine->store_later([this, more, done] {
      seen_ = more;
      HappensBefore::join(published_, done);
    });
    machine->point();
  }

  std::uint64_t load() const {
    detail::point();
    Machine* machine = Machine::current();
    if (machine != nullptr && flaw != Flaw::relaxed_load) {
      machine->order().acquire(machine->thread(), published_);
    }
    return seen_;
  }

 private:
  std::uint64_t newest_ = 0;  // as the processor knows it that added last
  std::uint64_t seen_ = 0;
  Knowledge published_;
};

template <Flaw flaw>
struct ModelAccess {
  template <class T>
  using Atomic = ModelAtomic<T, flaw>;
  template <class T>
  class AtomicRef : public ModelAtomicRef<T, flaw> {
   public:
    explicit AtomicRef(T& value) : ModelAtomicRef<T, flaw>(value) {}
  };

  using StackCount = ModelStackCount<flaw>;

  // A thread has a stack of two pages. Some interrupts run on it, some on their processor's own.
  static std::uint64_t stack_page() {
    constexpr unsigned kFirstOfThreads = 1000;
    Machine& machine = *Machine::current();
    if (flaw == Flaw::by_processor || (machine.in_interrupt() && machine.draw(2) == 0)) {
      return 1 + machine.processor();
    }
    return kFirstOfThreads + 2 * machine.thread() + machine.draw(2);
  }

  static void will_write(void* memory) {
    Machine* machine = Machine::current();
    if (machine == nullptr) return;
    if (flaw == Flaw::early_commit) *static_cast<std::uint64_t*>(memory) = 1;
    machine->point();
    if (!machine->order().write(machine->thread(), memory)) {
      machine->report("memory is written that others may still be using");
    }
  }
  static void will_read(const void* memory) {
    Machine* machine = Machine::current();
    if (machine == nullptr) return;
    if (!machine->order().read(machine->thread(), memory)) {
      machine->report("memory is read that others may still be writing");
    }
  }
};

}  // namespace ddireplay::recorder::model
