// Pool, contiguous memory, and what comes as pool from the run-time library and the system.
#include "replay/operations/rows.h"

namespace ddireplay::replay::operations {

namespace {

using enum Operand;
using enum At;

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
  set(step, type, bits);
}

constexpr std::uint64_t kPagedPool = 1;

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

constexpr OperationRow kRows[] = {
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

};

}  // namespace

std::span<const OperationRow> pool_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
