// A driver's KSPIN_LOCK, without any effect on the IRQL.
#pragma once

#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {

void acquire_spin_lock(PKSPIN_LOCK lock);
bool try_acquire_spin_lock(PKSPIN_LOCK lock);
void release_spin_lock(PKSPIN_LOCK lock);

class SpinLockGuard {
 public:
  explicit SpinLockGuard(PKSPIN_LOCK lock) : lock_(lock) { acquire_spin_lock(lock_); }
  ~SpinLockGuard() { release_spin_lock(lock_); }
  SpinLockGuard(const SpinLockGuard&) = delete;
  SpinLockGuard& operator=(const SpinLockGuard&) = delete;

 private:
  PKSPIN_LOCK lock_;
};

}  // namespace ddireplay::recorder::wine
