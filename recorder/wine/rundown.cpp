// Rundown protection: a count of users, twice itself, and one bit that says that the owner waits
// for them to go. While it waits the word is the address of a block on its stack and that bit, as
// on Windows, so that the last user finds whom to wake.
#include "recorder/wine/waiting.h"

namespace ddireplay::recorder::wine {
namespace {

constexpr ULONG_PTR kRunDown = 1;
constexpr ULONG_PTR kUser = 2;

struct Waiter {
  volatile LONG64 users;
  Gate gone;
};

bool replace(PEX_RUNDOWN_REF ref, ULONG_PTR from, ULONG_PTR to) {
  auto* word = reinterpret_cast<volatile LONG64*>(&ref->Count);
  return static_cast<ULONG_PTR>(InterlockedCompareExchange64(word, static_cast<LONG64>(to),
                                                             static_cast<LONG64>(from))) == from;
}

bool acquire(PEX_RUNDOWN_REF ref, ULONG count) {
  for (;;) {
    const ULONG_PTR seen = ref->Count;
    if ((seen & kRunDown) != 0) return false;
    if (replace(ref, seen, seen + count * kUser)) return true;
  }
}

void release_to(Waiter* waiter, ULONG count) {
  const LONG64 users = static_cast<LONG64>(count);
  if (InterlockedExchangeAdd64(&waiter->users, -users) == users) waiter->gone.open();
}

void release(PEX_RUNDOWN_REF ref, ULONG count) {
  for (;;) {
    const ULONG_PTR seen = ref->Count;
    if ((seen & kRunDown) != 0) {
      release_to(reinterpret_cast<Waiter*>(seen & ~kRunDown), count);
      return;
    }
    if (replace(ref, seen, seen - count * kUser)) return;
  }
}

void wait_for_release(PEX_RUNDOWN_REF ref) {
  Waiter waiter;
  for (;;) {
    const ULONG_PTR seen = ref->Count;
    if ((seen & kRunDown) != 0) return;
    waiter.users = static_cast<LONG64>(seen / kUser);
    if (seen == 0) {
      if (replace(ref, 0, kRunDown)) return;
    } else if (replace(ref, seen, reinterpret_cast<ULONG_PTR>(&waiter) | kRunDown)) {
      waiter.gone.wait();
      ref->Count = kRunDown;
      return;
    }
  }
}

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" void supplied_ExInitializeRundownProtection(PEX_RUNDOWN_REF RunRef) {
  RunRef->Count = 0;
}

extern "C" void supplied_ExReInitializeRundownProtection(PEX_RUNDOWN_REF RunRef) {
  RunRef->Count = 0;
}

extern "C" BOOLEAN supplied_ExAcquireRundownProtection(PEX_RUNDOWN_REF RunRef) {
  return acquire(RunRef, 1);
}

extern "C" BOOLEAN supplied_ExAcquireRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count) {
  return acquire(RunRef, Count);
}

extern "C" void supplied_ExReleaseRundownProtection(PEX_RUNDOWN_REF RunRef) { release(RunRef, 1); }

extern "C" void supplied_ExReleaseRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count) {
  release(RunRef, Count);
}

extern "C" void supplied_ExWaitForRundownProtectionRelease(PEX_RUNDOWN_REF RunRef) {
  wait_for_release(RunRef);
}

extern "C" void supplied_ExRundownCompleted(PEX_RUNDOWN_REF RunRef) { RunRef->Count = kRunDown; }
