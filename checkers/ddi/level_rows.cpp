// Calls that are made at a level which the routine forbids.
#include "checkers/ddi/call_table.h"
#include "replay/samples.h"

namespace ddireplay::checkers {

namespace {

using replay::kApcLevel;
using replay::kDispatchLevel;
using replay::kPassiveLevel;

// IRP majors that may be sent at DISPATCH_LEVEL, a bit for each: READ, WRITE, DEVICE_CONTROL,
// INTERNAL_DEVICE_CONTROL, POWER.
constexpr std::uint64_t kMajorsForDispatch =
    1 << 0x03 | 1 << 0x04 | 1 << 0x0e | 1 << 0x0f | 1 << 0x16;

// Of DDI compliance rules Windows shows a text, of which a trace knows nothing.
constexpr std::array<Parameter, 3> kNoParameters = {constant(0), constant(0), constant(0)};

constexpr CallRule kRules[] = {
    {"C4:E5", "ddi-at-wrong-irql", {kIrql, constant(0), constant(0)}},
    {"C4:E6", "zw-call-above-passive-level", {kCallSite, kIrql, shows("Apcs")}, "C9:24A"},
    {"C4:11A", "critical-region-entered-above-apc-level", {kIrql, constant(0), constant(0)}},
    {"C4:11B", "critical-region-left-above-apc-level", {kIrql, constant(0), constant(0)}},
    {"C4:20002", "object-security-above-apc-level", kNoParameters},
    {"C4:20003", "needs-dispatch-level", kNoParameters},
    {"C4:20006", "executive-call-above-apc-level", kNoParameters},
    {"C4:20007", "resource-call-above-apc-level", kNoParameters},
    {"C4:20008", "executive-call-above-passive-level", kNoParameters},
    {"C4:20009", "io-call-above-apc-level", kNoParameters},
    {"C4:2000A", "io-call-above-passive-level-1", kNoParameters},
    {"C4:2000B", "io-call-above-passive-level-2", kNoParameters},
    {"C4:2000C", "io-call-above-passive-level-3", kNoParameters},
    {"C4:2000D", "io-call-above-passive-level-4", kNoParameters, "C9:24A WDM:IrqlIoPassive4"},
    {"C4:2000E", "io-call-above-passive-level-5", kNoParameters},
    {"C4:2000F", "guarded-mutex-or-delay-above-apc-level", kNoParameters},
    {"C4:20010", "apc-region-call-above-apc-level", kNoParameters},
    {"C4:20011", "kernel-call-above-dispatch-level", kNoParameters},
    {"C4:2001A", "contiguous-memory-freed-above-dispatch-level", kNoParameters},
    {"C4:2001B", "handle-referenced-above-passive-level", kNoParameters},
    {"C4:2001C", "process-call-above-passive-level", kNoParameters},
    {"C4:2001E", "registry-value-deleted-above-passive-level", kNoParameters},
    {"C4:2001F", "handle-closed-above-passive-level", kNoParameters},
    {"C4:20022", "device-to-verify-above-dispatch-level", kNoParameters},
    {"C4:20023", "file-or-registry-call-above-passive-level", kNoParameters, {}, false},
    {"C4:20024", "file-system-call-above-its-level", kNoParameters, {}, false},
    {"C9:E", "irp-completed-above-dispatch-level", {kIrql, shows("Irp"), constant(0)}},
    {"C9:10", "irp-sent-above-dispatch-level", {kIrql, constant(0), constant(0)}, "C9:301"},
    {"C9:23A",
     "irp-sent-at-dispatch-level",
     {kCallSite, shows("Irp"), constant(0)},
     "WDM:ForwardedAtBadIrql WDM:ForwardedAtBadIrqlAllocate WDM:ForwardedAtBadIrqlFsdAsync "
     "WDM:ForwardedAtBadIrqlFsdSync"},
    {"E6:13", "dma-routine-at-wrong-irql", {kLimit, constant(0), constant(0)}, "E6:14"},
};

// Spin locks and fast mutexes have rules of their own (C4:32, C4:33, C4:40 to C4:42), and so has
// paged pool.
constexpr CallRow kRows[] = {
    {"C4:E5",
     "EtwRegister EtwUnregister IoConnectInterruptEx IoDisconnectInterruptEx KeFlushQueuedDpcs "
     "PsRemoveCreateThreadNotifyRoutine IoGetDeviceInterfaces IoGetDeviceProperty "
     "IoRegisterLastChanceShutdownNotification "
     "IoRegisterPlugPlayNotification IoUnregisterPlugPlayNotification "
     "IoUnregisterPlugPlayNotificationEx MmGetSystemRoutineAddress "
     "PsRemoveLoadImageNotifyRoutine PsSetCreateProcessNotifyRoutineEx "
     "ZwAllocateVirtualMemory ZwDeleteKey ZwNotifyChangeKey ZwOpenKeyEx ZwQueryObject "
     "ZwUnmapViewOfSection",
     above(kPassiveLevel)},
    {"C4:E5",
     "CmRegisterCallbackEx ObRegisterCallbacks ObUnRegisterCallbacks IoBuildSynchronousFsdRequest",
     above(kApcLevel)},
    {"C4:E5",
     "ExQueueWorkItem IoAllocateIrp IoAllocateMdl IoAllocateWorkItem IoFreeIrp IoFreeMdl "
     "IoFreeWorkItem IoInvalidateDeviceRelations IoQueueWorkItem",
     above(kDispatchLevel)},
    {"C4:E6",
     "ZwCreateFile ZwOpenFile ZwReadFile ZwWriteFile ZwCreateKey ZwOpenKey ZwQueryValueKey "
     "ZwSetValueKey ZwQueryInformationFile ZwSetInformationFile ZwCreateSection "
     "ZwMapViewOfSection ZwCreateEvent ZwQueryKey ZwEnumerateKey ZwEnumerateValueKey",
     above(kPassiveLevel)},
    // As at PASSIVE_LEVEL, but with all kernel APCs disabled.
    {"C4:E6",
     "ZwCreateFile ZwOpenFile ZwReadFile ZwWriteFile ZwCreateKey ZwOpenKey ZwQueryValueKey "
     "ZwSetValueKey ZwQueryInformationFile ZwSetInformationFile ZwCreateSection "
     "ZwMapViewOfSection ZwCreateEvent ZwQueryKey ZwEnumerateKey ZwEnumerateValueKey",
     exactly(kPassiveLevel),
     {is("Apcs", replay::kAllApcsDisabled)}},
    {"C4:11A", "KeEnterCriticalRegion", above(kApcLevel)},
    {"C4:11B", "KeLeaveCriticalRegion", above(kApcLevel)},
    {"C4:20002", "ObGetObjectSecurity ObReleaseObjectSecurity", above(kApcLevel)},
    {"C4:20003",
     "IoAllocateController IoFreeController IoStartNextPacket KeInsertDeviceQueue "
     "KeInsertByKeyDeviceQueue KeRemoveDeviceQueue KeRemoveByKeyDeviceQueue",
     other_than(kDispatchLevel)},
    {"C4:20006",
     "CmRegisterCallback CmUnRegisterCallback ExAllocatePoolWithQuota "
     "ExAllocatePoolWithQuotaTag ExDeletePagedLookasideList ExInitializePagedLookasideList "
     "ExRegisterCallback ExSetTimerResolution ExUnregisterCallback ProbeForRead ProbeForWrite",
     above(kApcLevel)},
    {"C4:20007",
     "ExAcquireResourceExclusiveLite ExAcquireResourceSharedLite "
     "ExAcquireSharedStarveExclusive ExAcquireSharedWaitForExclusive "
     "ExConvertExclusiveToSharedLite ExDeleteResourceLite",
     above(kApcLevel)},
    {"C4:20008",
     "ExCreateCallback ExIsProcessorFeaturePresent ExRaiseAccessViolation "
     "ExRaiseDatatypeMisalignment ExUuidCreate",
     above(kPassiveLevel)},
    {"C4:20008", "ExRaiseStatus", above(kApcLevel)},
    {"C4:20009", "IoDeleteDevice IoGetInitialStack IoRaiseHardError IoRaiseInformationalHardError",
     above(kApcLevel)},
    {"C4:2000A", "IoAttachDevice IoCreateDevice IoSetDeviceInterfaceState", above(kPassiveLevel)},
    {"C4:2000A", "IoBuildDeviceIoControlRequest", above(kApcLevel)},
    {"C4:2000B", "IoCheckShareAccess IoConnectInterrupt IoCreateController", above(kPassiveLevel)},
    {"C4:2000C", "IoDetachDevice IoRegisterDeviceInterface", above(kPassiveLevel)},
    {"C4:2000D",
     "IoCreateFile IoCreateNotificationEvent IoCreateSymbolicLink "
     "IoCreateSynchronizationEvent IoCreateUnprotectedSymbolicLink IoDeleteController "
     "IoDeleteSymbolicLink IoDisconnectInterrupt",
     above(kPassiveLevel)},
    {"C4:2000E",
     "IoGetConfigurationInformation IoGetDeviceObjectPointer IoGetDmaAdapter "
     "IoGetFileObjectGenericMapping IoInitializeTimer IoIsWdmVersionAvailable "
     "IoRegisterDriverReinitialization IoRegisterShutdownNotification IoRemoveShareAccess "
     "IoSetShareAccess IoUnregisterShutdownNotification IoUpdateShareAccess "
     "IoWMIAllocateInstanceIds IoWMIRegistrationControl",
     above(kPassiveLevel)},
    {"C4:2000F",
     "KeAcquireGuardedMutex KeAcquireGuardedMutexUnsafe KeDelayExecutionThread "
     "KeQueryActiveProcessors KeReleaseGuardedMutex KeReleaseGuardedMutexUnsafe "
     "KeTryToAcquireGuardedMutex",
     above(kApcLevel)},
    {"C4:20010",
     "KeAreAllApcsDisabled KeAreApcsDisabled KeDeregisterNmiCallback KeEnterGuardedRegion "
     "KeLeaveGuardedRegion KeRegisterNmiCallback",
     above(kApcLevel)},
    {"C4:20011",
     "KeCancelTimer KeClearEvent KeInitializeDeviceQueue KeInitializeTimer "
     "KeInitializeTimerEx KePulseEvent KeReadStateEvent KeReadStateTimer KeReleaseMutex "
     "KeRemoveEntryDeviceQueue KeResetEvent KeSaveFloatingPointState KeSetTimer KeSetTimerEx",
     above(kDispatchLevel)},
    {"C4:2001A", "MmFreeContiguousMemory", above(kDispatchLevel)},
    {"C4:2001B", "ObReferenceObjectByHandle", above(kPassiveLevel)},
    {"C4:2001C",
     "PsCreateSystemThread PsGetVersion PsSetCreateProcessNotifyRoutine "
     "PsSetCreateThreadNotifyRoutine PsSetLoadImageNotifyRoutine PsTerminateSystemThread",
     above(kPassiveLevel)},
    {"C4:2001E", "RtlDeleteRegistryValue", above(kPassiveLevel)},
    {"C4:2001F", "ZwClose", above(kPassiveLevel)},
    {"C4:20022", "IoGetDeviceToVerify IoSetDeviceToVerify", above(kDispatchLevel)},
    {"C4:20023",
     "IoCreateFileEx IoCreateFileSpecifyDeviceObjectHint IoGetDeviceDirectory "
     "IoGetDriverDirectory IoOpenDeviceInterfaceRegistryKey IoOpenDeviceRegistryKey "
     "RtlCreateRegistryKey RtlCreateSystemVolumeInformationFolder RtlWriteRegistryValue "
     "ZwCreateDirectoryObject ZwCreateKeyTransacted ZwDeleteFile ZwDeleteValueKey "
     "ZwFlushBuffersFile ZwFlushBuffersFileEx ZwRenameKey ZwSetEaFile ZwSetInformationKey",
     above(kPassiveLevel)},
    {"C4:20024", "NtSetInformationFile NtWriteFile NtCreateFile", above(kPassiveLevel)},
    {"C4:20024", "CcCopyWrite CcCopyWriteEx CcDeferWrite CcFastCopyWrite", above(kApcLevel)},
    {"C9:E", "IofCompleteRequest", above(kDispatchLevel)},
    {"C9:10", "IofCallDriver", above(kDispatchLevel)},
    {"C9:23A",
     "IofCallDriver",
     exactly(kDispatchLevel),
     {{{Is::none_of, "Major", kMajorsForDispatch}}}},
    {"E6:13", "IoFreeAdapterChannel IoFreeMapRegisters", other_than(kDispatchLevel)},
    {"E6:13", "IoFlushAdapterBuffers IoMapTransfer", above(kDispatchLevel)},
};

}  // namespace

CallTable level_calls() { return {kRules, kRows}; }

}  // namespace ddireplay::checkers
