// A lock for code at PASSIVE_LEVEL that opens files and loads drivers while it holds it: a fast
// mutex would raise the level.
#pragma once

#include "recorder/windows/ddk.h"

namespace ddireplay::recorder {

class PassiveLock {
 public:
  void init() { KeInitializeEvent(&free_, SynchronizationEvent, TRUE); }

  void acquire() {
    // A thread that is suspended, or ended, while it holds the lock would keep it for ever.
    KeEnterCriticalRegion();
    KeWaitForSingleObject(&free_, Executive, KernelMode, FALSE, nullptr);
  }

  void release() {
    KeSetEvent(&free_, IO_NO_INCREMENT, FALSE);
    KeLeaveCriticalRegion();
  }

 private:
  KEVENT free_ = {};
};

class PassiveGuard {
 public:
  explicit PassiveGuard(PassiveLock& lock) : lock_(lock) { lock_.acquire(); }
  ~PassiveGuard() { lock_.release(); }
  PassiveGuard(const PassiveGuard&) = delete;
  PassiveGuard& operator=(const PassiveGuard&) = delete;

 private:
  PassiveLock& lock_;
};

}  // namespace ddireplay::recorder
