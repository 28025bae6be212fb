// ERESOURCE: Wine's own do the locking; this adds the routines that also enter or leave a critical
// region, and those for owners other than the current thread.
#include "recorder/wine/apc.h"
#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {
namespace {

PVOID current_thread_object() { return exported_KeGetCurrentThread(); }

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" PVOID supplied_ExEnterCriticalRegionAndAcquireResourceExclusive(PERESOURCE Resource) {
  enter_critical_region();
  ExAcquireResourceExclusiveLite(Resource, TRUE);
  return current_thread_object();
}

extern "C" PVOID supplied_ExEnterCriticalRegionAndAcquireResourceShared(PERESOURCE Resource) {
  enter_critical_region();
  ExAcquireResourceSharedLite(Resource, TRUE);
  return current_thread_object();
}

extern "C" PVOID supplied_ExEnterCriticalRegionAndAcquireSharedWaitForExclusive(
    PERESOURCE Resource) {
  enter_critical_region();
  ExAcquireSharedWaitForExclusive(Resource, TRUE);
  return current_thread_object();
}

extern "C" void supplied_ExReleaseResourceAndLeaveCriticalRegion(PERESOURCE Resource) {
  ExReleaseResourceLite(Resource);
  leave_critical_region();
}

extern "C" NTSTATUS supplied_ExReinitializeResourceLite(PERESOURCE Resource) {
  ExDeleteResourceLite(Resource);
  return ExInitializeResourceLite(Resource);
}
