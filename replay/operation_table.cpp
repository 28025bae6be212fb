#include "replay/operation_table.h"

#include "replay/irql.h"

namespace ddireplay::replay {

namespace {

using enum Operand;
using enum At;

constexpr OperandSource field(Operand operand, std::string_view name) {
  return {OperandSource::Kind::field, operand, name, 0, 0};
}
constexpr OperandSource maybe(Operand operand, std::string_view name) {
  return {OperandSource::Kind::optional_field, operand, name, 0, 0};
}
constexpr OperandSource fixed(Operand operand, std::uint64_t value) {
  return {OperandSource::Kind::constant, operand, {}, value, value};
}
constexpr OperandSource fixed(Operand operand, std::uint64_t value32, std::uint64_t value64) {
  return {OperandSource::Kind::constant, operand, {}, value32, value64};
}

constexpr std::uint64_t tag_of(std::string_view text) {
  return std::uint64_t(text[0]) | std::uint64_t(text[1]) << 8 | std::uint64_t(text[2]) << 16 |
         std::uint64_t(text[3]) << 24;
}

// Bits of POOL_FLAGS (ExAllocatePool2) and what they are in a POOL_TYPE.
struct PoolBit {
  std::uint64_t flag;
  std::uint64_t type;
};
constexpr PoolBit kPoolBits[] = {
    {0x001, 8},    // USE_QUOTA
    {0x004, 32},   // SESSION
    {0x008, 4},    // CACHE_ALIGNED
    {0x020, 16},   // RAISE_ON_FAILURE
    {0x040, 512},  // NON_PAGED: not executable
    {0x100, 1},    // PAGED; NON_PAGED_EXECUTE is the type 0
};
constexpr std::uint64_t kPoolFlagUninitialized = 0x002;
constexpr std::uint64_t kPoolZeroAllocation = 1024;

void pool_type_from_flags(Step& step, unsigned) {
  const std::uint64_t given = step[flags];
  std::uint64_t bits = (given & kPoolFlagUninitialized) == 0 ? kPoolZeroAllocation : 0;
  for (const PoolBit& bit : kPoolBits) {
    if ((given & bit.flag) != 0) bits |= bit.type;
  }
  step.operands[static_cast<std::size_t>(type)] = bits;
}

// An MDL says itself how large it is. Where the trace doesn't have that: its head, and one number
// for each page.
void mdl_bytes(Step& step, unsigned pointer_bytes) {
  if (step[size] != 0) return;
  constexpr std::uint64_t kPage = 4096;
  const std::uint64_t head = pointer_bytes == 4 ? 0x1c : 0x30;
  const std::uint64_t pages = (step[described] % kPage + step[length] + kPage - 1) / kPage;
  step.operands[static_cast<std::size_t>(size)] = head + pages * pointer_bytes;
}

constexpr std::uint64_t kSynch = 12;  // of a multiprocessor x64 kernel
constexpr std::uint64_t kPagedPool = 1;
constexpr std::uint64_t kDerived = format::kIrqlUnknown;
// There is one cancel spin lock, which no argument names.
constexpr std::uint64_t kCancelLock = 1;

constexpr OperationRow image(std::string_view name, Op op) {
  return {name,
          entry,
          op,
          {field(address, "ImageBase"), field(size, "ImageSize"), maybe(flags, "VerifierFlags"),
           maybe(Operand::name, "NameAddress"), maybe(record, "VerifierRecord")}};
}

// Callbacks, with the lowest IRQL at which the kernel enters them.
constexpr OperationRow enters(std::string_view name, std::uint64_t irql,
                              Op op = Op::callback_enter) {
  return {name, entry, op, {fixed(level, irql)}};
}
constexpr OperationRow leaves(std::string_view name, Op op = Op::callback_leave) {
  return {name, exit, op};
}

constexpr OperationRow allocates_by_type(std::string_view name) {
  return {name,
          exit,
          Op::pool_allocate,
          {field(address, "return"), field(size, "NumberOfBytes"), field(type, "PoolType"),
           maybe(tag, "Tag"), maybe(charged, "ChargedBytes")}};
}
constexpr OperationRow allocates_by_flags(std::string_view name) {
  return {.function = name,
          .at = exit,
          .op = Op::pool_allocate,
          .operands = {field(address, "return"), field(size, "NumberOfBytes"),
                       field(flags, "Flags"), field(tag, "Tag"), maybe(charged, "ChargedBytes")},
          .finish = pool_type_from_flags};
}
constexpr OperationRow frees(std::string_view name) {
  return {name, entry, Op::pool_free, {field(address, "P"), maybe(tag, "Tag")}};
}
constexpr OperationRow allocates_contiguous(std::string_view name) {
  return {name,
          exit,
          Op::contiguous_allocate,
          {field(address, "return"), field(size, "NumberOfBytes")}};
}
constexpr OperationRow frees_contiguous(std::string_view name) {
  return {name, entry, Op::contiguous_free, {field(address, "BaseAddress")}};
}

// Run-time library functions that allocate the buffer of a string, or free it.
constexpr OperationRow makes_string(std::string_view name, std::string_view succeeds,
                                    std::string_view only_if) {
  return {name,
          exit,
          Op::string_allocate,
          {field(address, "Buffer"), field(size, "MaximumLength"), fixed(type, kPagedPool),
           fixed(tag, tag_of("Strg"))},
          succeeds,
          only_if};
}
constexpr OperationRow converts_string(std::string_view name) {
  return makes_string(name, "return", "AllocateDestinationString");
}
constexpr OperationRow frees_string(std::string_view name) {
  return {name, entry, Op::string_free, {field(address, "Buffer")}};
}

// The system hands its caller pool, which the caller is to free.
constexpr OperationRow hands_over(std::string_view name, std::string_view where = "return",
                                  std::string_view succeeds = {}) {
  return {name, exit, Op::pool_receive, {field(address, where)}, succeeds};
}
// It is documented to do so, but by an output that is not recorded.
constexpr OperationRow may_hand_over(std::string_view name) {
  return {name, exit, Op::pool_source};
}

constexpr OperationRow sends_request(std::string_view name) {
  return {name, entry, Op::irp_call, {field(irp, "Irp"), maybe(mdl, "MdlAddress")}};
}
constexpr OperationRow queues_work(std::string_view name) {
  return {name,
          entry,
          Op::workitem_queue,
          {field(address, "IoWorkItem"), field(routine, "WorkerRoutine")}};
}

constexpr OperationRow sets_timer(std::string_view name) {
  return {name,
          entry,
          Op::timer_set,
          {field(address, "Timer"), field(due, "DueTime"), maybe(period, "Period"),
           field(dpc, "Dpc"), maybe(routine, "Routine")}};
}
// Calls that report about the object which `parameter` names.
constexpr OperationRow reports(std::string_view name, Op op, std::string_view parameter) {
  return {name, exit, op, {field(address, parameter), field(result, "return")}};
}
constexpr OperationRow initialises_dpc(std::string_view name, bool threaded) {
  return {name,
          exit,
          Op::dpc_initialize,
          {field(address, "Dpc"), field(routine, "DeferredRoutine"),
           field(context, "DeferredContext"), fixed(type, threaded ? 1 : 0)}};
}

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

constexpr OperationRow kRows[] = {
    // Images and the recording.
    image("cb:ImageLoad", Op::image_load),
    image("cb:Attached", Op::image_attach),
    image("cb:ImageUnload", Op::image_unload),
    {"cb:Stopped", entry, Op::recording_stop},

    // Callbacks.
    enters("cb:AddDevice", kPassiveLevel),
    leaves("cb:AddDevice"),
    enters("cb:Callout", kPassiveLevel),
    leaves("cb:Callout"),
    enters("cb:Cancel", kDispatchLevel),
    leaves("cb:Cancel"),
    enters("cb:Completion", kDerived),
    leaves("cb:Completion"),
    enters("cb:Dispatch", kPassiveLevel),
    leaves("cb:Dispatch"),
    enters("cb:DriverEntry", kPassiveLevel),
    leaves("cb:DriverEntry"),
    enters("cb:IoTimer", kDispatchLevel),
    leaves("cb:IoTimer"),
    enters("cb:Isr", kDerived),
    leaves("cb:Isr"),
    enters("cb:StartIo", kDispatchLevel),
    leaves("cb:StartIo"),
    enters("cb:SystemThread", kPassiveLevel),
    leaves("cb:SystemThread"),
    enters("cb:Unload", kPassiveLevel, Op::unload_enter),
    leaves("cb:Unload", Op::unload_leave),
    enters("cb:WorkItem", kPassiveLevel),
    leaves("cb:WorkItem"),
    enters("cb:WorkItemEx", kPassiveLevel),
    leaves("cb:WorkItemEx"),
    enters("cb:WorkerRoutine", kPassiveLevel),
    leaves("cb:WorkerRoutine"),
    {"cb:Dpc",
     entry,
     Op::dpc_enter,
     {field(dpc, "Dpc"), maybe(routine, "Routine"), fixed(level, kDispatchLevel)}},
    {"cb:Dpc", exit, Op::dpc_leave, {field(dpc, "Dpc")}},
    {"PsTerminateSystemThread", entry, Op::thread_exit},

    // Pool.
    allocates_by_type("ExAllocatePool"),
    allocates_by_type("ExAllocatePoolWithQuota"),
    allocates_by_type("ExAllocatePoolWithQuotaTag"),
    allocates_by_type("ExAllocatePoolWithTag"),
    allocates_by_type("ExAllocatePoolWithTagPriority"),
    allocates_by_flags("ExAllocatePool2"),
    allocates_by_flags("ExAllocatePool3"),
    frees("ExFreePool"),
    frees("ExFreePool2"),
    frees("ExFreePoolWithTag"),
    allocates_contiguous("MmAllocateContiguousMemory"),
    allocates_contiguous("MmAllocateContiguousMemorySpecifyCache"),
    allocates_contiguous("MmAllocateContiguousMemorySpecifyCacheNode"),
    allocates_contiguous("MmAllocateContiguousNodeMemory"),
    frees_contiguous("MmFreeContiguousMemory"),
    frees_contiguous("MmFreeContiguousMemorySpecifyCache"),

    // Strings.
    converts_string("RtlAnsiStringToUnicodeString"),
    converts_string("RtlDowncaseUnicodeString"),
    converts_string("RtlOemStringToUnicodeString"),
    converts_string("RtlUnicodeStringToAnsiString"),
    converts_string("RtlUnicodeStringToOemString"),
    converts_string("RtlUpcaseUnicodeString"),
    converts_string("RtlUpcaseUnicodeStringToOemString"),
    makes_string("RtlCreateUnicodeString", {}, "return"),
    makes_string("RtlDuplicateUnicodeString", "return", {}),
    makes_string("RtlStringFromGUID", "return", {}),
    frees_string("RtlFreeAnsiString"),
    frees_string("RtlFreeOemString"),
    frees_string("RtlFreeUnicodeString"),

    // Pool that comes from the system.
    hands_over("FsRtlAllocatePool"),
    hands_over("FsRtlAllocatePoolWithQuota"),
    hands_over("FsRtlAllocatePoolWithQuotaTag"),
    hands_over("FsRtlAllocatePoolWithTag"),
    hands_over("IoGetDeviceInterfaces", "List", "return"),
    hands_over("MmAllocateNodePagesForMdlEx"),
    hands_over("MmAllocatePagesForMdl"),
    hands_over("MmAllocatePagesForMdlEx"),
    hands_over("SeQueryInformationToken", "Buffer", "return"),
    may_hand_over("IoGetDeviceInterfaceAlias"),
    may_hand_over("IoQueryFullDriverPath"),
    may_hand_over("IoRegisterDeviceInterface"),
    may_hand_over("IoVolumeDeviceToDosName"),
    may_hand_over("RtlQueryRegistryValues"),
    may_hand_over("SeLocateProcessImageName"),

    // MDLs, work items, requests.
    {.function = "IoAllocateMdl",
     .at = exit,
     .op = Op::mdl_allocate,
     .operands = {field(address, "return"), maybe(size, "MdlSize"), maybe(flags, "MdlFlags"),
                  field(described, "VirtualAddress"), field(length, "Length"), maybe(irp, "Irp"),
                  fixed(tag, tag_of("VMdl")), maybe(charged, "ChargedBytes")},
     .finish = mdl_bytes},
    {"IoFreeMdl", entry, Op::mdl_free, {field(address, "Mdl"), maybe(flags, "MdlFlags")}},
    {"IoAllocateWorkItem",
     exit,
     Op::workitem_allocate,
     {field(address, "return"), field(device, "DeviceObject"), fixed(size, 0x30, 0x58),
      fixed(extent, 1), fixed(tag, tag_of("Vfwi")), maybe(charged, "ChargedBytes")}},
    {"IoFreeWorkItem", entry, Op::workitem_free, {field(address, "IoWorkItem")}},
    queues_work("IoQueueWorkItem"),
    queues_work("IoQueueWorkItemEx"),
    sends_request("IofCallDriver"),
    sends_request("PoCallDriver"),
    {"IofCompleteRequest",
     entry,
     Op::irp_complete,
     {field(irp, "Irp"), maybe(mdl, "MdlAddress"), maybe(information, "Information")}},

    // Timers and DPCs.
    {"KeInitializeTimer", exit, Op::timer_initialize, {field(address, "Timer")}},
    {"KeInitializeTimerEx",
     exit,
     Op::timer_initialize,
     {field(address, "Timer"), field(type, "Type")}},
    sets_timer("KeSetCoalescableTimer"),
    sets_timer("KeSetTimer"),
    sets_timer("KeSetTimerEx"),
    reports("KeSetCoalescableTimer", Op::timer_set_done, "Timer"),
    reports("KeSetTimer", Op::timer_set_done, "Timer"),
    reports("KeSetTimerEx", Op::timer_set_done, "Timer"),
    reports("KeCancelTimer", Op::timer_cancel, "Timer"),
    initialises_dpc("KeInitializeDpc", false),
    initialises_dpc("KeInitializeThreadedDpc", true),
    {"KeInsertQueueDpc", entry, Op::dpc_queue, {field(address, "Dpc"), maybe(routine, "Routine")}},
    reports("KeInsertQueueDpc", Op::dpc_queue_done, "Dpc"),
    reports("KeRemoveQueueDpc", Op::dpc_remove, "Dpc"),
    reports("KeRemoveQueueDpcEx", Op::dpc_remove, "Dpc"),
    {"KeFlushQueuedDpcs", exit, Op::dpc_flush},

    // Devices.
    {"IoCreateDevice",
     exit,
     Op::device_create,
     {field(address, "Device"), field(extension, "Extension"), field(size, "DeviceExtensionSize")},
     "return"},
    {"IoDeleteDevice",
     entry,
     Op::device_delete,
     {field(address, "DeviceObject"), maybe(extension, "Extension"),
      maybe(count, "ReferenceCount")}},

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
    {"ExReleaseFastMutex", entry, Op::fastmutex_release, {field(address, "FastMutex")}},
};

}  // namespace

std::span<const OperationRow> operation_rows() { return kRows; }

}  // namespace ddireplay::replay
