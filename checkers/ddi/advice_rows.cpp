// What nobody should do and ordinary drivers do all the same: said only to those who ask.
#include "checkers/ddi/call_table.h"

namespace ddireplay::checkers {

namespace {

constexpr CallRule kRules[] = {
    {"WDM:DebugBreakUsage", "debugger-break-called", {}, {}, false},
    {"WDM:ObsoleteDDIs", "obsolete-routine-called", {}, {}, false},
    {"WDM:PowerIrpDDIs", "passive-routine-in-set-power", {}, {}, false},
    {"WDM:SafeStrings", "unsafe-string-routine-called", {}, {}, false},
    {"WDM:StartDeviceWait",
     "wait-in-start-device",
     {},
     "WDM:StartDeviceWait2 WDM:StartDeviceWait3 WDM:StartDeviceWait4",
     false},
    {"WDM:UnSafeAllocatePool", "deprecated-pool-routine-called", {}, {}, false},
};

constexpr CallRow kRows[] = {
    {"WDM:DebugBreakUsage", "DbgBreakPoint DbgBreakPointWithStatus"},
    {"WDM:ObsoleteDDIs", "FsRtlPrivateLock"},
    {"WDM:PowerIrpDDIs",
     "ExIsProcessorFeaturePresent ExRaiseAccessViolation ExRaiseDatatypeMisalignment "
     "ExUuidCreate HalExamineMBR HalGetInterruptVector IoBuildDeviceIoControlRequest "
     "IoBuildSynchronousFsdRequest IoCheckShareAccess IoConnectInterrupt IoCreateController "
     "IoCreateFile IoCreateSymbolicLink IoCreateSynchronizationEvent "
     "IoCreateUnprotectedSymbolicLink IoDeleteController IoDeleteSymbolicLink IoDetachDevice "
     "IoDisconnectInterrupt IoGetConfigurationInformation IoGetDeviceInterfaceAlias "
     "IoGetDeviceInterfaces IoGetDeviceNumaNode IoGetDeviceObjectPointer IoGetDeviceProperty "
     "IoGetDevicePropertyData IoGetDmaAdapter IoGetFileObjectGenericMapping IoInitializeTimer "
     "IoIsWdmVersionAvailable IoOpenDeviceInterfaceRegistryKey IoOpenDeviceRegistryKey "
     "IoRegisterBootDriverReinitialization IoRegisterDeviceInterface "
     "IoRegisterDriverReinitialization IoRegisterLastChanceShutdownNotification "
     "IoRegisterPlugPlayNotification IoRegisterShutdownNotification IoRemoveShareAccess "
     "IoReportDetectedDevice IoReportTargetDeviceChange IoSetDeviceInterfaceState "
     "IoSetDevicePropertyData IoUnregisterPlugPlayNotification "
     "IoUnregisterPlugPlayNotificationEx IoUnregisterShutdownNotification IoUpdateShareAccess "
     "IoWMIAllocateInstanceIds IoWMIRegistrationControl KeDelayExecutionThread "
     "KeInitializeSemaphore KeQueryPriorityThread KeQueryRuntimeThread "
     "KeRevertToUserAffinityThreadEx KeSetSystemAffinityThread KeSetSystemGroupAffinityThread "
     "MmGetSystemRoutineAddress PsGetVersion PsRemoveLoadImageNotifyRoutine "
     "PsSetCreateProcessNotifyRoutine PsSetCreateProcessNotifyRoutineEx "
     "PsSetCreateThreadNotifyRoutine PsSetLoadImageNotifyRoutine PsTerminateSystemThread "
     "SeAccessCheck SeAssignSecurity SeDeassignSecurity SeSinglePrivilegeCheck "
     "SeValidSecurityDescriptor ZwAllocateLocallyUniqueId ZwAllocateVirtualMemory ZwClose "
     "ZwCommitComplete ZwCommitEnlistment ZwCommitTransaction ZwCreateDirectoryObject "
     "ZwCreateEnlistment ZwCreateEvent ZwCreateFile ZwCreateKey ZwCreateKeyTransacted "
     "ZwCreateResourceManager ZwCreateTransaction ZwCreateTransactionManager ZwDeleteFile "
     "ZwDeleteKey ZwDeleteValueKey ZwDeviceIoControlFile ZwDuplicateToken ZwEnumerateKey "
     "ZwEnumerateTransactionObject ZwEnumerateValueKey ZwFlushBuffersFile ZwFreeVirtualMemory "
     "ZwFsControlFile ZwGetNotificationResourceManager ZwLoadDriver ZwLockFile "
     "ZwMakeTemporaryObject ZwMapViewOfSection ZwNotifyChangeKey ZwOpenDirectoryObject "
     "ZwOpenEnlistment ZwOpenEvent ZwOpenFile ZwOpenKey ZwOpenKeyEx ZwOpenKeyTransacted "
     "ZwOpenKeyTransactedEx ZwOpenProcess ZwOpenProcessTokenEx ZwOpenResourceManager "
     "ZwOpenSection ZwOpenSymbolicLinkObject ZwOpenThreadTokenEx ZwOpenTransaction "
     "ZwOpenTransactionManager ZwPowerInformation ZwPrepareComplete ZwPrepareEnlistment "
     "ZwPrePrepareComplete ZwPrePrepareEnlistment ZwQueryDirectoryFile ZwQueryEaFile "
     "ZwQueryFullAttributesFile ZwQueryInformationEnlistment ZwQueryInformationFile "
     "ZwQueryInformationResourceManager ZwQueryInformationToken ZwQueryInformationTransaction "
     "ZwQueryInformationTransactionManager ZwQueryKey ZwQueryObject "
     "ZwQueryQuotaInformationFile ZwQuerySecurityObject ZwQuerySymbolicLinkObject "
     "ZwQueryValueKey ZwQueryVolumeInformationFile ZwReadFile ZwReadOnlyEnlistment "
     "ZwRecoverEnlistment ZwRecoverTransactionManager ZwRollbackComplete ZwRollbackEnlistment "
     "ZwRollbackTransaction ZwRollforwardTransactionManager ZwSetEaFile "
     "ZwSetInformationEnlistment ZwSetInformationFile ZwSetInformationThread "
     "ZwSetInformationToken ZwSetInformationTransaction ZwSetQuotaInformationFile "
     "ZwSetSecurityObject ZwSetValueKey ZwSetVolumeInformationFile ZwSinglePhaseReject "
     "ZwTerminateProcess ZwUnloadDriver ZwUnlockFile ZwUnmapViewOfSection ZwWriteFile",
     kAnyLevel,
     {},
     Inside::set_power},
    {"WDM:SafeStrings",
     "_snprintf _snwprintf _vsnprintf _vsnwprintf sprintf strcat strcpy strncat strncpy "
     "swprintf vsprintf vswprintf wcscat wcscpy wcsncat wcsncpy"},
    {"WDM:StartDeviceWait", "KeWaitForSingleObject", kAnyLevel, {}, Inside::start_device},
    {"WDM:UnSafeAllocatePool",
     "ExAllocatePool ExAllocatePoolWithQuota ExAllocatePoolWithQuotaTag ExAllocatePoolWithTag "
     "ExAllocatePoolWithTagPriority"},
};

}  // namespace

CallTable advice_calls() { return {kRules, kRows}; }

}  // namespace ddireplay::checkers
