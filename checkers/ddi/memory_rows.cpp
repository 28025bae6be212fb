// Calls into the memory manager, and of pool: levels, access modes, protections.
#include "checkers/ddi/call_table.h"

namespace ddireplay::checkers {

namespace {

using replay::kApcLevel;
using replay::kDispatchLevel;
using replay::kPassiveLevel;

constexpr std::uint64_t kKernelMode = 0;
constexpr std::uint64_t kUserMode = 1;
constexpr std::uint64_t kMdlMappingCanFail = 0x2000;
constexpr std::uint64_t kMdlMappingNoExecute = 0x40000000;
constexpr std::uint64_t kPagedOrNoExecute = 0x201;  // POOL_TYPE
constexpr std::uint64_t kNoExecuteList = 0x200;     // POOL_NX_ALLOCATION
constexpr std::uint64_t kPoolFlagExecutable = 0x80;
constexpr std::uint64_t kPoolFlagUseQuota = 0x1;
constexpr std::uint64_t kPageExecuteBits = 0xf0;
constexpr std::uint64_t kFourGigabytes = 0x100000000;

constexpr Parameter kMdl = shows("MemoryDescriptorList Mdl");
constexpr Parameter kNone = constant(0);

constexpr std::uint64_t kBigTag = 0x20474942;  // "BIG ": the kernel's own, of large blocks
constexpr std::string_view kTagged =
    "ExAllocatePool2 ExAllocatePool3 ExAllocatePoolWithQuotaTag ExAllocatePoolWithTag "
    "ExAllocatePoolWithTagPriority";

constexpr CallRule kRules[] = {
    {"C2:9B",
     "pool-tag-that-says-nothing",
     {shows("PoolType Flags"), shows("NumberOfBytes"), kCallSite},
     "C2:9C C2:9D"},
    {"C4:70", "pages-locked-above-dispatch-level", {kIrql, kMdl, shows("AccessMode")}},
    {"C4:71", "process-pages-locked-above-dispatch-level", {kIrql, kMdl, shows("Process")}},
    {"C4:72", "selected-pages-locked-above-dispatch-level", {kIrql, kMdl, shows("Process")}},
    {"C4:73",
     "io-space-mapped-above-dispatch-level",
     {kIrql, shows("PhysicalAddress"), shows("NumberOfBytes")}},
    {"C4:74", "kernel-mapping-above-dispatch-level", {kIrql, kMdl, shows("AccessMode")}},
    {"C4:75", "user-mapping-above-apc-level", {kIrql, kMdl, shows("AccessMode")}},
    {"C4:76", "kernel-cache-mapping-above-dispatch-level", {kIrql, kMdl, shows("AccessMode")}},
    {"C4:77", "user-cache-mapping-above-apc-level", {kIrql, kMdl, shows("AccessMode")}},
    {"C4:78", "pages-unlocked-above-dispatch-level", {kIrql, kMdl, kNone}},
    {"C4:79", "system-address-unmapped-above-dispatch-level", {kIrql, kTested, kMdl}},
    {"C4:7A", "user-address-unmapped-above-apc-level", {kIrql, kTested, kMdl}},
    {"C4:7B",
     "io-space-unmapped-above-dispatch-level",
     {kIrql, shows("BaseAddress"), shows("NumberOfBytes")}},
    {"C4:7E", "mdl-pages-allocated-or-freed-above-dispatch-level", {kIrql, constant(2), kNone}},
    {"C4:81", "mapping-that-must-succeed", {kMdl, shows("FlagsBefore"), kNone}},
    {"C4:82", "mapping-with-bug-check-on-failure", {kMdl, shows("FlagsBefore"), kNone}},
    {"C4:10B", "quota-charged-in-dpc", {kNone, kNone, kNone}, "C4:10A"},
    {"C4:141",
     "memory-below-4gb-requested",
     {kTested, shows("NumberOfBytes TotalBytes Bytes"), kNone},
     {},
     false},
    {"C4:2000", "executable-pool", {kCallSite, shows("PoolType Flags"), shows("Tag")}, {}, false},
    {"C4:2001", "executable-page-protection", {kCallSite, kTested, kNone}, {}, false},
    {"C4:2002", "executable-mdl-mapping", {kCallSite, shows("Priority"), kNone}, {}, false},
    {"C4:20019", "memory-manager-call-above-apc-level", {kNone, kNone, kNone}},
};

constexpr CallRow kRows[] = {
    {"C2:9B", kTagged, kAnyLevel, {{{Is::no_tag, "Tag"}}}},
    {"C2:9B", kTagged, kAnyLevel, {is("Tag", kBigTag)}},
    {"C4:70", "MmProbeAndLockPages", above(kDispatchLevel)},
    {"C4:71", "MmProbeAndLockProcessPages", above(kDispatchLevel)},
    {"C4:72", "MmProbeAndLockSelectedPages", above(kDispatchLevel)},
    {"C4:73", "MmMapIoSpace MmMapIoSpaceEx", above(kDispatchLevel)},
    {"C4:74", "MmMapLockedPages", above(kDispatchLevel), {is("AccessMode", kKernelMode)}},
    {"C4:75", "MmMapLockedPages", above(kApcLevel), {is("AccessMode", kUserMode)}},
    {"C4:76",
     "MmMapLockedPagesSpecifyCache",
     above(kDispatchLevel),
     {is("AccessMode", kKernelMode)}},
    {"C4:77", "MmMapLockedPagesSpecifyCache", above(kApcLevel), {is("AccessMode", kUserMode)}},
    {"C4:78", "MmUnlockPages", above(kDispatchLevel)},
    {"C4:79", "MmUnmapLockedPages", above(kDispatchLevel), {is_kernel("BaseAddress")}},
    {"C4:7A", "MmUnmapLockedPages", above(kApcLevel), {is_user("BaseAddress")}},
    // The table's limit is APC_LEVEL, that of the routine's page DISPATCH_LEVEL.
    {"C4:7B", "MmUnmapIoSpace", above(kDispatchLevel)},
    {"C4:7E",
     "MmAllocateNodePagesForMdlEx MmAllocatePagesForMdl MmAllocatePagesForMdlEx MmFreePagesFromMdl "
     "MmFreePagesFromMdlEx",
     above(kDispatchLevel)},
    {"C4:81",
     "MmMapLockedPages",
     kAnyLevel,
     {is("AccessMode", kKernelMode), lacks("FlagsBefore", kMdlMappingCanFail)}},
    {"C4:82",
     "MmMapLockedPagesSpecifyCache",
     kAnyLevel,
     {is("AccessMode", kKernelMode), is_not("BugCheckOnFailure", 0),
      lacks("FlagsBefore", kMdlMappingCanFail)}},
    {"C4:10B", "ExAllocatePoolWithQuota ExAllocatePoolWithQuotaTag", kAnyLevel, {}, Inside::dpc},
    {"C4:10B",
     "ExAllocatePool2 ExAllocatePool3",
     kAnyLevel,
     {has("Flags", kPoolFlagUseQuota)},
     Inside::dpc},
    {"C4:10B", "IoAllocateIrp IoAllocateMdl", kAnyLevel, {is_not("ChargeQuota", 0)}, Inside::dpc},
    {"C4:141",
     "MmAllocateContiguousMemory MmAllocateContiguousMemorySpecifyCache "
     "MmAllocateContiguousMemorySpecifyCacheNode",
     kAnyLevel,
     {is_below("HighestAcceptableAddress", kFourGigabytes)}},
    {"C4:141",
     "MmAllocatePagesForMdl MmAllocatePagesForMdlEx",
     kAnyLevel,
     {is_below("HighAddress", kFourGigabytes)}},
    {"C4:141",
     "MmAllocateContiguousNodeMemory MmAllocateNodePagesForMdlEx",
     kAnyLevel,
     {is_below("High", kFourGigabytes)}},
    {"C4:2000",
     "ExAllocatePool ExAllocatePoolWithQuota ExAllocatePoolWithQuotaTag ExAllocatePoolWithTag "
     "ExAllocatePoolWithTagPriority ExInitializeLookasideListEx",
     kAnyLevel,
     {lacks("PoolType", kPagedOrNoExecute)}},
    {"C4:2000", "ExInitializeNPagedLookasideList", kAnyLevel, {lacks("Flags", kNoExecuteList)}},
    {"C4:2000", "ExAllocatePool2 ExAllocatePool3", kAnyLevel, {has("Flags", kPoolFlagExecutable)}},
    {"C4:2001",
     "MmAllocateContiguousNodeMemory MmMapIoSpaceEx",
     kAnyLevel,
     {has("Protect", kPageExecuteBits)}},
    {"C4:2001", "MmProtectMdlSystemAddress", kAnyLevel, {has("NewProtect", kPageExecuteBits)}},
    {"C4:2002",
     "MmMapLockedPagesSpecifyCache",
     kAnyLevel,
     {is("AccessMode", kKernelMode), lacks("Priority", kMdlMappingNoExecute)}},
    {"C4:2002", "MmMapLockedPages", kAnyLevel, {is("AccessMode", kKernelMode)}},
    {"C4:20019",
     "MmAllocateNonCachedMemory MmFreeNonCachedMemory MmLockPagableDataSection "
     "MmLockPagableSectionByHandle MmPageEntireDriver MmResetDriverPaging MmSecureVirtualMemory "
     "MmUnlockPagableImageSection MmUnsecureVirtualMemory",
     above(kApcLevel)},
    // Above DISPATCH_LEVEL they are C4:7E.
    {"C4:20019", "MmAllocatePagesForMdl MmFreePagesFromMdl", exactly(kDispatchLevel)},
};

}  // namespace

CallTable memory_calls() { return {kRules, kRows}; }

}  // namespace ddireplay::checkers
