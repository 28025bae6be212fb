// Calls with arguments that they may not have, at any level.
#include "checkers/ddi/call_table.h"

namespace ddireplay::checkers {

namespace {

constexpr std::string_view kWithAttributes =
    "ZwCreateEvent ZwCreateFile ZwCreateKey ZwCreateSection ZwOpenFile ZwOpenKey";
constexpr std::string_view kWithValueName = "ZwQueryValueKey ZwSetValueKey";
constexpr std::uint64_t kLastWorkQueue = 1;           // DelayedWorkQueue
constexpr std::uint64_t kLastDescriptionVersion = 3;  // DEVICE_DESCRIPTION_VERSION3

constexpr CallRule kRules[] = {
    {"C4:E0", "user-address-given-to-kernel-routine", {kTested, constant(0), constant(0)}},
    {"C4:E3", "user-address-given-to-zw-call", {kCallSite, kTested, constant(0)}},
    {"C4:E4",
     "malformed-string-given-to-zw-call",
     {kCallSite, shows("ObjectName ValueName"), constant(0)}},
    {"C4:F0", "memcpy-ranges-overlap", {shows("Destination"), shows("Source"), shows("Bytes")}},
    {"C4:FC", "key-notification-with-bad-queue", {kCallSite, shows("ApcContext"), constant(0)}},
    {"C4:4100B", "power-irp-pointer-requested", {constant(0), constant(0), constant(0)}},
    {"E6:19", "dma-routine-without-adapter", {constant(0), constant(0), constant(0)}},
    {"E6:1E", "hal-get-adapter-used", {constant(0), constant(0), constant(0)}},
    {"E6:25", "unknown-device-description", {kTested, constant(0), constant(0)}},
};

constexpr CallRow kRows[] = {
    {"C4:E0",
     "KeClearEvent KeInitializeEvent KePulseEvent KeReadStateEvent KeResetEvent KeSetEvent",
     kAnyLevel,
     {is_user("Event")}},
    {"C4:E0",
     "KeWaitForSingleObject ObfDereferenceObject ObfReferenceObject",
     kAnyLevel,
     {is_user("Object")}},
    {"C4:E0",
     "KeCancelTimer KeInitializeTimer KeInitializeTimerEx KeReadStateTimer "
     "KeSetCoalescableTimer KeSetTimer KeSetTimerEx",
     kAnyLevel,
     {is_user("Timer")}},
    {"C4:E0",
     "KeInitializeDpc KeInsertQueueDpc KeRemoveQueueDpc KeSetTimer KeSetTimerEx",
     kAnyLevel,
     {is_user("Dpc")}},
    {"C4:E0",
     "ExAcquireResourceExclusiveLite ExAcquireResourceSharedLite ExDeleteResourceLite "
     "ExInitializeResourceLite ExReleaseResourceLite",
     kAnyLevel,
     {is_user("Resource")}},
    {"C4:E0",
     "KeAcquireSpinLockAtDpcLevel KeAcquireSpinLockRaiseToDpc KeReleaseSpinLock "
     "KeReleaseSpinLockFromDpcLevel",
     kAnyLevel,
     {is_user("SpinLock")}},
    {"C4:E0",
     "ExAcquireFastMutex ExReleaseFastMutex ExTryToAcquireFastMutex",
     kAnyLevel,
     {is_user("FastMutex")}},
    {"C4:E0", "KeInitializeMutex KeReleaseMutex", kAnyLevel, {is_user("Mutex")}},
    {"C4:E0", "KeInitializeSemaphore KeReleaseSemaphore", kAnyLevel, {is_user("Semaphore")}},
    {"C4:E0", "IoFreeMdl", kAnyLevel, {is_user("Mdl")}},
    {"C4:E0",
     "MmMapLockedPages MmMapLockedPagesSpecifyCache MmProbeAndLockPages MmUnlockPages",
     kAnyLevel,
     {is_user("MemoryDescriptorList")}},
    {"C4:E0", "IoFreeIrp IofCallDriver IofCompleteRequest", kAnyLevel, {is_user("Irp")}},
    {"C4:E0", "IoDeleteDevice IofCallDriver", kAnyLevel, {is_user("DeviceObject")}},
    {"C4:E3", "ZwCreateFile ZwOpenFile", kAnyLevel, {is_user("FileHandle")}},
    {"C4:E3", "ZwCreateKey ZwOpenKey", kAnyLevel, {is_user("KeyHandle")}},
    {"C4:E3", "ZwCreateSection", kAnyLevel, {is_user("SectionHandle")}},
    {"C4:E3", "ZwCreateEvent", kAnyLevel, {is_user("EventHandle")}},
    {"C4:E3",
     "ZwCreateEvent ZwCreateFile ZwCreateKey ZwCreateSection ZwOpenFile ZwOpenKey",
     kAnyLevel,
     {is_user("ObjectAttributes")}},
    {"C4:E3",
     "ZwCreateEvent ZwCreateFile ZwCreateKey ZwCreateSection ZwOpenFile ZwOpenKey",
     kAnyLevel,
     {is_user("ObjectName")}},
    {"C4:E3",
     "ZwCreateFile ZwOpenFile ZwQueryInformationFile ZwReadFile ZwSetInformationFile "
     "ZwWriteFile",
     kAnyLevel,
     {is_user("IoStatusBlock")}},
    {"C4:E3", "ZwCreateFile", kAnyLevel, {is_user("AllocationSize")}},
    {"C4:E3", "ZwCreateFile", kAnyLevel, {is_user("EaBuffer")}},
    {"C4:E3", "ZwReadFile ZwWriteFile", kAnyLevel, {is_user("Buffer")}},
    {"C4:E3", "ZwReadFile ZwWriteFile", kAnyLevel, {is_user("ByteOffset")}},
    {"C4:E3", "ZwCreateKey", kAnyLevel, {is_user("Class")}},
    {"C4:E3", "ZwCreateKey", kAnyLevel, {is_user("Disposition")}},
    {"C4:E3", "ZwQueryValueKey ZwSetValueKey", kAnyLevel, {is_user("ValueName")}},
    {"C4:E3", "ZwSetValueKey", kAnyLevel, {is_user("Data")}},
    {"C4:E3", "ZwEnumerateValueKey ZwQueryValueKey", kAnyLevel, {is_user("KeyValueInformation")}},
    {"C4:E3", "ZwEnumerateKey ZwQueryKey", kAnyLevel, {is_user("KeyInformation")}},
    {"C4:E3",
     "ZwEnumerateKey ZwEnumerateValueKey ZwQueryKey ZwQueryValueKey",
     kAnyLevel,
     {is_user("ResultLength")}},
    {"C4:E3",
     "ZwQueryInformationFile ZwSetInformationFile",
     kAnyLevel,
     {is_user("FileInformation")}},
    {"C4:E3", "ZwCreateSection", kAnyLevel, {is_user("MaximumSize")}},
    {"C4:E3", "ZwMapViewOfSection", kAnyLevel, {is_user("BaseAddress")}},
    {"C4:E3", "ZwMapViewOfSection", kAnyLevel, {is_user("SectionOffset")}},
    {"C4:E3", "ZwMapViewOfSection", kAnyLevel, {is_user("ViewSize")}},
    {"C4:E4", kWithAttributes, kAnyLevel, {exceeds("NameLength", "NameMaximum")}},
    {"C4:E4", kWithAttributes, kAnyLevel, {has("NameLength", 1)}},
    {"C4:E4", kWithAttributes, kAnyLevel, {has("NameMaximum", 1)}},
    {"C4:E4", kWithAttributes, kAnyLevel, {is_user("NameBuffer")}},
    {"C4:E4", kWithValueName, kAnyLevel, {exceeds("ValueNameLength", "ValueNameMaximum")}},
    {"C4:E4", kWithValueName, kAnyLevel, {has("ValueNameLength", 1)}},
    {"C4:E4", kWithValueName, kAnyLevel, {has("ValueNameMaximum", 1)}},
    {"C4:E4", kWithValueName, kAnyLevel, {is_user("ValueNameBuffer")}},
    {"C4:F0", "memcpy", kAnyLevel, {{{Is::overlapping, "Destination", 0, "Source", "Bytes"}}}},
    {"C4:FC",
     "ZwNotifyChangeKey",
     kAnyLevel,
     {exceeds("ApcContext", kLastWorkQueue), is_not("ApcRoutine", 0)}},
    {"C4:4100B", "PoRequestPowerIrp", kAnyLevel, {is_not("Irp", 0)}},
    {"E6:19",
     "IoFlushAdapterBuffers IoFreeAdapterChannel IoFreeMapRegisters IoMapTransfer",
     kAnyLevel,
     {is("AdapterObject", 0)}},
    {"E6:1E", "HalGetAdapter"},
    {"E6:25",
     "IoGetDmaAdapter",
     kAnyLevel,
     {exceeds("DescriptionVersion", kLastDescriptionVersion)}},
};

}  // namespace

CallTable argument_calls() { return {kRules, kRows}; }

}  // namespace ddireplay::checkers
