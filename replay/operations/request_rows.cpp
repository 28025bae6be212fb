// MDLs, work items, requests.
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

constexpr OperationRow sends_request(std::string_view name) {
  return {name, entry, Op::irp_call, {field(irp, "Irp"), maybe(mdl, "MdlAddress")}};
}
constexpr OperationRow queues_work(std::string_view name) {
  return {name,
          entry,
          Op::workitem_queue,
          {field(address, "IoWorkItem"), field(routine, "WorkerRoutine")}};
}

constexpr OperationRow kRows[] = {
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

};

}  // namespace

std::span<const OperationRow> request_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
