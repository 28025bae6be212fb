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
  return {name,
          entry,
          Op::irp_call,
          {field(irp, "Irp"),
           maybe(mdl, "MdlAddress"),
           maybe(device, "DeviceObject"),
           maybe(location, "StackLocation"),
           maybe(major, "Major"),
           maybe(minor, "Minor"),
           maybe(control, "Control"),
           maybe(completion, "CompletionRoutine"),
           maybe(context, "CompletionContext"),
           maybe(type, "Type"),
           maybe(extra, "TargetType"),
           maybe(status, "Status"),
           maybe(mode, "RequestorMode"),
           maybe(count, "CurrentLocation"),
           maybe(status_block, "UserIosb"),
           maybe(event, "UserEvent"),
           maybe(cancel_routine, "CancelRoutine"),
           maybe(buffer, "SystemBuffer"),
           maybe(user_buffer, "UserBuffer"),
           maybe(interrupts, "Interrupts"),
           maybe(stack_pointer, "StackPointer"),
           maybe(stack_high, "StackHigh")}};
}
constexpr OperationRow has_sent_request(std::string_view name) {
  return {name, exit, Op::irp_call_done, {field(irp, "Irp"), field(result, "return")}};
}
constexpr OperationRow makes_request(std::string_view name, IrpMaker maker) {
  return {name,
          exit,
          Op::irp_make,
          {field(irp, "return"), fixed(kind, static_cast<std::uint64_t>(maker)),
           maybe(event, "Event"), maybe(status_block, "IoStatusBlock")},
          {},
          {}};
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
    makes_request("IoAllocateIrp", IrpMaker::allocate),
    makes_request("IoAllocateIrpEx", IrpMaker::allocate),
    makes_request("IoBuildAsynchronousFsdRequest", IrpMaker::asynchronous),
    makes_request("IoBuildDeviceIoControlRequest", IrpMaker::device_control),
    makes_request("IoBuildSynchronousFsdRequest", IrpMaker::synchronous),
    makes_request("IoMakeAssociatedIrp", IrpMaker::associated),
    {"IoInitializeIrp", exit, Op::irp_initialize, {field(irp, "Irp")}},
    {"IoReuseIrp", exit, Op::irp_reuse, {field(irp, "Irp")}},
    {"IoFreeIrp",
     entry,
     Op::irp_free,
     {field(irp, "Irp"), maybe(type, "Type"), maybe(handle, "ThreadListNext")}},
    {"IoCancelIrp", entry, Op::irp_cancel, {field(irp, "Irp")}},
    {"IoSetCompletionRoutineEx",
     exit,
     Op::irp_register,
     {field(irp, "Irp"), field(device, "DeviceObject"), field(result, "return")}},
    sends_request("IofCallDriver"),
    sends_request("PoCallDriver"),
    has_sent_request("IofCallDriver"),
    has_sent_request("PoCallDriver"),
    {"IofCompleteRequest",
     entry,
     Op::irp_complete,
     {field(irp, "Irp"), maybe(mdl, "MdlAddress"), maybe(information, "Information"),
      maybe(status, "Status"), maybe(location, "StackLocation"), maybe(major, "Major"),
      maybe(minor, "Minor"), maybe(control, "Control"), maybe(cancel_routine, "CancelRoutine")}},

};

}  // namespace

std::span<const OperationRow> request_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
