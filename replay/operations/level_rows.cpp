// IRQL, spin locks, fast mutexes.
#include "replay/operations/rows.h"

namespace ddireplay::replay::operations {

namespace {

using enum Operand;
using enum At;

constexpr std::uint64_t kSynch = 12;  // of a multiprocessor x64 kernel
// There is one cancel spin lock, which no argument names.
constexpr std::uint64_t kCancelLock = 1;

constexpr OperationRow raises_to(std::string_view name, std::uint64_t irql) {
  return {name, exit, Op::irql_raise, {fixed(level, irql), field(result, "return")}};
}
constexpr OperationRow lowers(std::string_view name) {
  return {name, entry, Op::irql_lower, {field(level, "NewIrql")}};
}
constexpr OperationRow acquires(std::string_view name, std::string_view old_irql = "return") {
  return {name, exit, Op::spinlock_acquire, {field(address, "SpinLock"), maybe(result, old_irql)}};
}
constexpr OperationRow acquires_dpc(std::string_view name, std::string_view only_if = {}) {
  return {name, exit, Op::spinlock_acquire_dpc, {field(address, "SpinLock")}, {}, only_if};
}
constexpr OperationRow releases(std::string_view name, std::string_view old_irql) {
  return {name, entry, Op::spinlock_release, {field(address, "SpinLock"), field(level, old_irql)}};
}
constexpr OperationRow releases_dpc(std::string_view name) {
  return {name, entry, Op::spinlock_release_dpc, {field(address, "SpinLock")}};
}
constexpr OperationRow takes_mutex(std::string_view name, std::string_view only_if = {}) {
  return {name, exit, Op::fastmutex_acquire, {field(address, "FastMutex")}, {}, only_if};
}

constexpr OperationRow region(std::string_view name, At at, Op op) {
  return {name, at, op, {maybe(apcs, "Apcs")}};
}

constexpr OperationRow kRows[] = {
    // IRQL, spin locks, fast mutexes.
    {"KfRaiseIrql", exit, Op::irql_raise, {field(level, "NewIrql"), field(result, "return")}},
    raises_to("KeRaiseIrqlToDpcLevel", kDispatchLevel),
    raises_to("KeRaiseIrqlToSynchLevel", kSynch),
    lowers("KeLowerIrql"),
    lowers("KfLowerIrql"),
    acquires("ExAcquireSpinLockExclusive"),
    acquires("ExAcquireSpinLockShared"),
    acquires("KeAcquireInStackQueuedSpinLock", "OldIrql"),
    acquires("KeAcquireSpinLockForDpc"),
    acquires("KeAcquireSpinLockRaiseToDpc"),
    acquires("KfAcquireSpinLock"),
    {"IoAcquireCancelSpinLock", exit, Op::spinlock_acquire, {fixed(address, kCancelLock)}},
    acquires_dpc("ExAcquireSpinLockExclusiveAtDpcLevel"),
    acquires_dpc("ExAcquireSpinLockSharedAtDpcLevel"),
    acquires_dpc("KeAcquireInStackQueuedSpinLockAtDpcLevel"),
    acquires_dpc("KeAcquireSpinLockAtDpcLevel"),
    acquires_dpc("KeTryToAcquireSpinLockAtDpcLevel", "return"),
    releases("ExReleaseSpinLockExclusive", "OldIrql"),
    releases("ExReleaseSpinLockShared", "OldIrql"),
    releases("KeReleaseInStackQueuedSpinLock", "OldIrql"),
    releases("KeReleaseSpinLock", "NewIrql"),
    releases("KeReleaseSpinLockForDpc", "OldIrql"),
    releases("KfReleaseSpinLock", "NewIrql"),
    {"IoReleaseCancelSpinLock",
     entry,
     Op::spinlock_release,
     {fixed(address, kCancelLock), field(level, "Irql")}},
    releases_dpc("ExReleaseSpinLockExclusiveFromDpcLevel"),
    releases_dpc("ExReleaseSpinLockSharedFromDpcLevel"),
    releases_dpc("KeReleaseInStackQueuedSpinLockFromDpcLevel"),
    releases_dpc("KeReleaseSpinLockFromDpcLevel"),
    takes_mutex("ExAcquireFastMutex"),
    takes_mutex("ExTryToAcquireFastMutex", "return"),
    region("KeEnterCriticalRegion", exit, Op::critical_enter),
    region("KeEnterGuardedRegion", exit, Op::guarded_enter),
    region("KeLeaveCriticalRegion", entry, Op::critical_leave),
    region("KeLeaveGuardedRegion", entry, Op::guarded_leave),
    {"ExReleaseFastMutex", entry, Op::fastmutex_release, {field(address, "FastMutex")}},
};

}  // namespace

std::span<const OperationRow> level_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
