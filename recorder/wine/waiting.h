// How supplied routines wait: a lock for short sections, and sleeping on a word in memory.
//
// Both stay inside the process. Wine's dispatcher objects cost several trips to its server for each
// wait, and they can't be used where a driver may be at DISPATCH_LEVEL.
#pragma once

#include "recorder/wine/host_routines.h"
#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {

// One turn of a loop that waits for another thread. Threads at DISPATCH_LEVEL are not alone on a
// processor here: whoever holds the lock may have been preempted, and must be let run.
class SpinWait {
 public:
  void turn() {
    constexpr unsigned kTurnsBeforeYield = 64;
    if (++turns_ < kTurnsBeforeYield) {
      _mm_pause();
    } else {
      host().yield();
    }
  }

 private:
  unsigned turns_ = 0;
};

// Guards our own data. It says nothing about IRQL; hold it for a few dozen instructions.
class SpinLock {
 public:
  void acquire() {
    SpinWait wait;
    while (InterlockedExchange(&held_, 1) != 0) wait.turn();
  }
  void release() { InterlockedExchange(&held_, 0); }

 private:
  volatile LONG held_ = 0;
};

class SpinGuard {
 public:
  explicit SpinGuard(SpinLock& lock) : lock_(lock) { lock_.acquire(); }
  ~SpinGuard() { lock_.release(); }
  SpinGuard(const SpinGuard&) = delete;
  SpinGuard& operator=(const SpinGuard&) = delete;

 private:
  SpinLock& lock_;
};

// Sleeps while the word has that value, or until the time is over (100 ns units, relative and
// positive; nullptr: for ever). May return early; callers look again. False: the time is over.
template <class Word>
bool sleep_while(const volatile Word& word, Word value, const LONGLONG* duration = nullptr) {
  LARGE_INTEGER timeout;
  if (duration != nullptr) timeout.QuadPart = -*duration;
  return host().wait_on_address(const_cast<const Word*>(&word), &value, sizeof(Word),
                                duration != nullptr ? &timeout : nullptr) != STATUS_TIMEOUT;
}

template <class Word>
void wake_sleepers(const volatile Word& word) {
  host().wake_address(const_cast<const Word*>(&word));
}

// A gate that is opened once.
class Gate {
 public:
  void open() {
    InterlockedExchange(&open_, 1);
    wake_sleepers(open_);
  }
  void wait() const {
    while (open_ == 0) sleep_while(open_, LONG{0});
  }

 private:
  volatile LONG open_ = 0;
};

// 100 ns units since some moment; never jumps.
LONGLONG monotonic_time();

// A due time as KeSetTimer takes it, in units of monotonic_time().
LONGLONG monotonic_due_time(LARGE_INTEGER due);

// A system thread of ours, and waiting for its end.
class HostThread {
 public:
  bool start(PKSTART_ROUTINE routine, void* context);

  // Waits for a bounded time: a routine of the driver may never return. False: it hasn't.
  bool join();

 private:
  PVOID thread_ = nullptr;
};

}  // namespace ddireplay::recorder::wine
