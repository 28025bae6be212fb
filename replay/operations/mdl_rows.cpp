// MDLs.
#include "replay/operations/rows.h"

namespace ddireplay::replay::operations {

namespace {

using enum Operand;
using enum At;

// An MDL says itself how large it is. Where the trace doesn't have that: its head, and one number
// for each page.
void mdl_bytes(Step& step, unsigned pointer_bytes) {
  if (step[size] != 0) return;
  constexpr std::uint64_t kPage = 4096;
  const std::uint64_t head = pointer_bytes == 4 ? 0x1c : 0x30;
  const std::uint64_t pages = (step[described] % kPage + step[length] + kPage - 1) / kPage;
  set(step, size, head + pages * pointer_bytes);
}

constexpr std::string_view kList = "MemoryDescriptorList";

// Calls that lock, build or map, at return; their flags are those before the call.
constexpr OperationRow works_on(std::string_view name, Op op, std::string_view which = kList) {
  return {name,
          exit,
          op,
          {field(address, which), field(flags, "FlagsBefore"), maybe(described, "StartVa"),
           maybe(extra, "ByteOffset"), maybe(length, "ByteCount"), maybe(frame, "FirstPage")}};
}
constexpr OperationRow maps(std::string_view name) {
  return {name,
          exit,
          Op::mdl_map,
          {field(address, kList), field(flags, "FlagsBefore"), maybe(described, "StartVa"),
           maybe(extra, "ByteOffset"), maybe(length, "ByteCount"), maybe(mode, "AccessMode"),
           maybe(process, "Process"), field(result, "return"), maybe(frame, "FirstPage")}};
}
constexpr OperationRow unmaps(std::string_view name) {
  return {name,
          entry,
          Op::mdl_unmap,
          {field(address, kList), field(flags, "MdlFlags"), field(object, "BaseAddress"),
           maybe(described, "StartVa"), maybe(extra, "MappedSystemVa"), maybe(process, "Process")}};
}

constexpr OperationRow kRows[] = {
    {.function = "IoAllocateMdl",
     .at = exit,
     .op = Op::mdl_allocate,
     .operands = {field(address, "return"), maybe(size, "MdlSize"), maybe(flags, "MdlFlags"),
                  field(described, "VirtualAddress"), field(length, "Length"), maybe(irp, "Irp"),
                  fixed(tag, tag_of("VMdl")), maybe(charged, "ChargedBytes")},
     .finish = mdl_bytes},
    {"IoFreeMdl", entry, Op::mdl_free, {field(address, "Mdl"), maybe(flags, "MdlFlags")}},
    {"IoBuildPartialMdl",
     exit,
     Op::mdl_partial,
     {field(address, "TargetMdl"), field(mdl, "SourceMdl"), field(flags, "SourceFlags")}},
    works_on("MmBuildMdlForNonPagedPool", Op::mdl_build),
    works_on("MmProbeAndLockPages", Op::mdl_lock),
    works_on("MmProbeAndLockProcessPages", Op::mdl_lock),
    works_on("MmProbeAndLockSelectedPages", Op::mdl_lock, "Mdl"),
    {"MmUnlockPages", entry, Op::mdl_unlock, {field(address, kList), field(flags, "MdlFlags")}},
    maps("MmMapLockedPages"),
    maps("MmMapLockedPagesSpecifyCache"),
    maps("MmMapLockedPagesWithReservedMapping"),
    unmaps("MmUnmapLockedPages"),
    unmaps("MmUnmapReservedMapping"),
};

}  // namespace

std::span<const OperationRow> mdl_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
