// Spin locks, mutexes, ERESOURCEs, push locks, waits.
#include "replay/lock_kind.h"
#include "replay/operations/rows.h"

namespace ddireplay::replay::operations {

namespace {

using enum Operand;
using enum At;
using namespace lock_flags;

constexpr std::uint64_t kSynch = 12;  // of a multiprocessor x64 kernel
constexpr std::uint64_t kDerived = format::kIrqlUnknown;

// How a DDI family calls its lock, and the level that its acquisition raises to.
struct Family {
  LockKind kind;
  std::string_view parameter;
  std::uint64_t raises_to = 0;
};
constexpr Family kSpin = {LockKind::spin, "SpinLock", kDispatchLevel};
constexpr Family kQueued = {LockKind::queued_spin, "SpinLock", kDispatchLevel};
constexpr Family kReaderWriter = {LockKind::reader_writer_spin, "SpinLock", kDispatchLevel};
constexpr Family kInterrupt = {LockKind::interrupt_spin, "Interrupt", kDerived};
constexpr Family kFast = {LockKind::fast_mutex, "FastMutex", kApcLevel};
constexpr Family kGuarded = {LockKind::guarded_mutex, "GuardedMutex"};
constexpr Family kMutex = {LockKind::mutex, "Mutex"};
constexpr Family kResource = {LockKind::resource, "Resource"};
constexpr Family kPush = {LockKind::push_lock, "PushLock"};

constexpr std::uint64_t number_of(LockKind lock) { return static_cast<std::uint64_t>(lock); }

constexpr std::uint64_t level_of(const Family& family, std::uint64_t how) {
  return (how & kKeepsLevel) != 0 ? 0 : family.raises_to;
}

// The two moments of a call that waits for its lock: nothing tells of one that waits for ever but
// its entry.
constexpr OperationRow requests(std::string_view name, const Family& family,
                                std::uint64_t how = 0) {
  return {name,
          entry,
          Op::lock_request,
          {field(address, family.parameter), fixed(kind, number_of(family.kind)), fixed(flags, how),
           fixed(extra, 1), maybe(handle, "LockHandle"), maybe(apcs, "Apcs"),
           maybe(information, "Flags")}};
}
constexpr OperationRow acquires(std::string_view name, const Family& family, std::uint64_t how = 0,
                                std::string_view old_irql = "return") {
  return {name,
          exit,
          Op::lock_acquire,
          {field(address, family.parameter), fixed(kind, number_of(family.kind)), fixed(flags, how),
           fixed(extra, 1), fixed(level, level_of(family, how)), maybe(result, old_irql),
           maybe(handle, "LockHandle"), maybe(apcs, "Apcs"), maybe(information, "Flags")}};
}
constexpr OperationRow tries(std::string_view name, const Family& family, std::uint64_t how = 0) {
  return {name,
          exit,
          Op::lock_acquire,
          {field(address, family.parameter), fixed(kind, number_of(family.kind)), fixed(flags, how),
           fixed(level, level_of(family, how)), maybe(apcs, "Apcs")},
          {},
          "return"};
}
constexpr OperationRow releases(std::string_view name, const Family& family, std::uint64_t how = 0,
                                std::string_view restores = {}) {
  return {name,
          entry,
          Op::lock_release,
          {field(address, family.parameter), fixed(kind, number_of(family.kind)), fixed(flags, how),
           restores.empty() ? fixed(level, kDerived) : field(level, restores),
           maybe(handle, "LockHandle"), maybe(apcs, "Apcs"), maybe(information, "Flags")}};
}

// In the handle the lock's address carries the state of the queue in its low bits.
void lock_of_handle(Step& step, unsigned) {
  constexpr std::uint64_t kQueueState = 3;
  set(step, address, step[address] & ~kQueueState);
}
constexpr OperationRow releases_queued(std::string_view name, std::uint64_t how,
                                       bool restores = true) {
  return {
      .function = name,
      .at = entry,
      .op = Op::lock_release,
      .operands = {maybe(address, "SpinLock"), fixed(kind, number_of(LockKind::queued_spin)),
                   fixed(flags, how), restores ? maybe(level, "OldIrql") : fixed(level, kDerived),
                   field(handle, "LockHandle")},
      .finish = lock_of_handle};
}

// ERESOURCEs: with Wait they wait, without they try.
constexpr OperationRow requests_resource(std::string_view name, std::uint64_t how) {
  return {name,
          entry,
          Op::lock_request,
          {field(address, "Resource"), fixed(kind, number_of(LockKind::resource)),
           fixed(flags, how), field(extra, "Wait"), maybe(apcs, "Apcs")}};
}
constexpr OperationRow acquires_resource(std::string_view name, std::uint64_t how) {
  return {name,
          exit,
          Op::lock_acquire,
          {field(address, "Resource"), fixed(kind, number_of(LockKind::resource)),
           fixed(flags, how), field(extra, "Wait"), maybe(apcs, "Apcs")},
          {},
          "return"};
}
constexpr OperationRow releases_for_owner(std::string_view name) {
  return {name,
          entry,
          Op::lock_release,
          {field(address, "Resource"), fixed(kind, number_of(LockKind::resource)),
           fixed(flags, kForOwner), fixed(level, kDerived), field(object, "ResourceThreadId"),
           maybe(apcs, "Apcs")}};
}
constexpr OperationRow about(std::string_view name, At at, Op op, const Family& family,
                             std::string_view succeeds = {}) {
  return {name,
          at,
          op,
          {field(address, family.parameter), fixed(kind, number_of(family.kind)),
           maybe(object, "OwnerPointer")},
          succeeds};
}

constexpr OperationRow kRows[] = {
    // Spin locks.
    requests("KeAcquireSpinLockRaiseToDpc", kSpin),
    acquires("KeAcquireSpinLockRaiseToDpc", kSpin),
    requests("KfAcquireSpinLock", kSpin),
    acquires("KfAcquireSpinLock", kSpin),
    requests("KeAcquireSpinLockForDpc", kSpin, kAnyLevel),
    acquires("KeAcquireSpinLockForDpc", kSpin, kAnyLevel),
    requests("KeAcquireSpinLockRaiseToSynch", kSpin, kAnyLevel),
    {"KeAcquireSpinLockRaiseToSynch",
     exit,
     Op::lock_acquire,
     {field(address, "SpinLock"), fixed(kind, number_of(LockKind::spin)), fixed(flags, kAnyLevel),
      fixed(extra, 1), fixed(level, kSynch), field(result, "return")}},
    requests("KeAcquireSpinLockAtDpcLevel", kSpin, kKeepsLevel),
    acquires("KeAcquireSpinLockAtDpcLevel", kSpin, kKeepsLevel, {}),
    tries("KeTryToAcquireSpinLockAtDpcLevel", kSpin, kKeepsLevel),
    releases("KeReleaseSpinLock", kSpin, 0, "NewIrql"),
    releases("KfReleaseSpinLock", kSpin, 0, "NewIrql"),
    releases("KeReleaseSpinLockForDpc", kSpin, kAnyLevel, "OldIrql"),
    releases("KeReleaseSpinLockFromDpcLevel", kSpin, kKeepsLevel),

    requests("KeAcquireInStackQueuedSpinLock", kQueued),
    acquires("KeAcquireInStackQueuedSpinLock", kQueued, 0, "OldIrql"),
    requests("KeAcquireInStackQueuedSpinLockAtDpcLevel", kQueued, kKeepsLevel),
    acquires("KeAcquireInStackQueuedSpinLockAtDpcLevel", kQueued, kKeepsLevel, {}),
    requests("KeAcquireInStackQueuedSpinLockForDpc", kQueued, kAnyLevel),
    acquires("KeAcquireInStackQueuedSpinLockForDpc", kQueued, kAnyLevel, "OldIrql"),
    releases_queued("KeReleaseInStackQueuedSpinLock", 0),
    releases_queued("KeReleaseInStackQueuedSpinLockForDpc", kAnyLevel),
    releases_queued("KeReleaseInStackQueuedSpinLockFromDpcLevel", kKeepsLevel, false),

    requests("ExAcquireSpinLockExclusive", kReaderWriter),
    acquires("ExAcquireSpinLockExclusive", kReaderWriter),
    requests("ExAcquireSpinLockExclusiveAtDpcLevel", kReaderWriter, kKeepsLevel),
    acquires("ExAcquireSpinLockExclusiveAtDpcLevel", kReaderWriter, kKeepsLevel, {}),
    requests("ExAcquireSpinLockShared", kReaderWriter, kShared),
    acquires("ExAcquireSpinLockShared", kReaderWriter, kShared),
    requests("ExAcquireSpinLockSharedAtDpcLevel", kReaderWriter, kShared | kKeepsLevel),
    acquires("ExAcquireSpinLockSharedAtDpcLevel", kReaderWriter, kShared | kKeepsLevel, {}),
    releases("ExReleaseSpinLockExclusive", kReaderWriter, 0, "OldIrql"),
    releases("ExReleaseSpinLockExclusiveFromDpcLevel", kReaderWriter, kKeepsLevel),
    releases("ExReleaseSpinLockShared", kReaderWriter, kShared, "OldIrql"),
    releases("ExReleaseSpinLockSharedFromDpcLevel", kReaderWriter, kShared | kKeepsLevel),

    requests("KeAcquireInterruptSpinLock", kInterrupt, kAnyLevel),
    acquires("KeAcquireInterruptSpinLock", kInterrupt, kAnyLevel),
    releases("KeReleaseInterruptSpinLock", kInterrupt, kAnyLevel, "OldIrql"),
    {"IoAcquireCancelSpinLock",
     entry,
     Op::lock_request,
     {fixed(address, kCancelLockAddress), fixed(kind, number_of(LockKind::cancel_spin)),
      fixed(flags, kAnyLevel), fixed(extra, 1)}},
    {"IoAcquireCancelSpinLock",
     exit,
     Op::lock_acquire,
     {fixed(address, kCancelLockAddress), fixed(kind, number_of(LockKind::cancel_spin)),
      fixed(flags, kAnyLevel), fixed(extra, 1), fixed(level, kDispatchLevel),
      maybe(result, "OldIrql")}},
    {"IoReleaseCancelSpinLock",
     entry,
     Op::lock_release,
     {fixed(address, kCancelLockAddress), fixed(kind, number_of(LockKind::cancel_spin)),
      fixed(flags, kAnyLevel), field(level, "Irql")}},

    // Fast mutexes, guarded mutexes.
    requests("ExAcquireFastMutex", kFast),
    acquires("ExAcquireFastMutex", kFast, 0, {}),
    tries("ExTryToAcquireFastMutex", kFast),
    requests("ExAcquireFastMutexUnsafe", kFast, kKeepsLevel),
    acquires("ExAcquireFastMutexUnsafe", kFast, kKeepsLevel, {}),
    requests("ExEnterCriticalRegionAndAcquireFastMutexUnsafe", kFast,
             kKeepsLevel | kCriticalRegion),
    acquires("ExEnterCriticalRegionAndAcquireFastMutexUnsafe", kFast, kKeepsLevel | kCriticalRegion,
             {}),
    releases("ExReleaseFastMutex", kFast),
    releases("ExReleaseFastMutexUnsafe", kFast, kKeepsLevel),
    releases("ExReleaseFastMutexUnsafeAndLeaveCriticalRegion", kFast,
             kKeepsLevel | kCriticalRegion),
    about("KeInitializeGuardedMutex", exit, Op::lock_initialize, kGuarded),
    requests("KeAcquireGuardedMutex", kGuarded),
    acquires("KeAcquireGuardedMutex", kGuarded, 0, {}),
    tries("KeTryToAcquireGuardedMutex", kGuarded),
    requests("KeAcquireGuardedMutexUnsafe", kGuarded, kKeepsLevel),
    acquires("KeAcquireGuardedMutexUnsafe", kGuarded, kKeepsLevel, {}),
    releases("KeReleaseGuardedMutex", kGuarded),
    releases("KeReleaseGuardedMutexUnsafe", kGuarded, kKeepsLevel),

    // ERESOURCEs.
    about("ExInitializeResourceLite", exit, Op::lock_initialize, kResource, "return"),
    about("ExReinitializeResourceLite", exit, Op::lock_reinitialize, kResource, "return"),
    about("ExDeleteResourceLite", entry, Op::lock_delete, kResource),
    requests_resource("ExAcquireResourceExclusiveLite", 0),
    acquires_resource("ExAcquireResourceExclusiveLite", 0),
    requests_resource("ExAcquireResourceSharedLite", kShared),
    acquires_resource("ExAcquireResourceSharedLite", kShared),
    requests_resource("ExAcquireSharedStarveExclusive", kShared),
    acquires_resource("ExAcquireSharedStarveExclusive", kShared),
    requests_resource("ExAcquireSharedWaitForExclusive", kShared),
    acquires_resource("ExAcquireSharedWaitForExclusive", kShared),
    requests("ExEnterCriticalRegionAndAcquireResourceExclusive", kResource, kCriticalRegion),
    acquires("ExEnterCriticalRegionAndAcquireResourceExclusive", kResource, kCriticalRegion, {}),
    requests("ExEnterCriticalRegionAndAcquireResourceShared", kResource, kShared | kCriticalRegion),
    acquires("ExEnterCriticalRegionAndAcquireResourceShared", kResource, kShared | kCriticalRegion,
             {}),
    requests("ExEnterCriticalRegionAndAcquireSharedWaitForExclusive", kResource,
             kShared | kCriticalRegion),
    acquires("ExEnterCriticalRegionAndAcquireSharedWaitForExclusive", kResource,
             kShared | kCriticalRegion, {}),
    about("ExConvertExclusiveToSharedLite", exit, Op::lock_convert, kResource),
    about("ExSetResourceOwnerPointer", exit, Op::lock_hand_over, kResource),
    about("ExSetResourceOwnerPointerEx", exit, Op::lock_hand_over, kResource),
    releases("ExReleaseResourceLite", kResource),
    releases("ExReleaseResourceAndLeaveCriticalRegion", kResource, kCriticalRegion),
    releases_for_owner("ExReleaseResourceForThreadLite"),

    // Push locks.
    requests("ExAcquirePushLockExclusiveEx", kPush),
    acquires("ExAcquirePushLockExclusiveEx", kPush, 0, {}),
    requests("ExAcquirePushLockSharedEx", kPush, kShared),
    acquires("ExAcquirePushLockSharedEx", kPush, kShared, {}),
    requests("ExfAcquirePushLockExclusive", kPush),
    acquires("ExfAcquirePushLockExclusive", kPush, 0, {}),
    requests("ExfAcquirePushLockShared", kPush, kShared),
    acquires("ExfAcquirePushLockShared", kPush, kShared, {}),
    releases("ExReleasePushLockExclusiveEx", kPush),
    releases("ExReleasePushLockSharedEx", kPush, kShared),
    releases("ExfReleasePushLock", kPush),
    releases("ExfReleasePushLockExclusive", kPush),
    releases("ExfReleasePushLockShared", kPush, kShared),

    // Mutexes: what acquires one is a wait.
    about("KeInitializeMutex", exit, Op::lock_initialize, kMutex),
    releases("KeReleaseMutex", kMutex),
    {"KeWaitForSingleObject",
     exit,
     Op::wait_done,
     {field(address, "Object"), fixed(count, 1), fixed(type, 1), fixed(flags, 0),
      field(timeout, "Timeout"), maybe(due, "TimeoutValue"), field(status, "return")}},
    {"KeWaitForMultipleObjects",
     exit,
     Op::wait_done,
     {maybe(address, "Object0"), maybe(handle, "Object1"), maybe(object, "Object2"),
      maybe(context, "Object3"), field(count, "Count"), field(type, "WaitType"), fixed(flags, 0),
      field(timeout, "Timeout"), maybe(due, "TimeoutValue"), field(status, "return")}},
};

}  // namespace

std::span<const OperationRow> lock_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
