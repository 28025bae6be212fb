// Requests.
#include "replay/operations/rows.h"

namespace ddireplay::replay::operations {

namespace {

using enum Operand;
using enum At;

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
constexpr OperationRow completes_request(std::string_view name) {
  return {
      name,
      entry,
      Op::irp_complete,
      {field(irp, "Irp"), maybe(mdl, "MdlAddress"), maybe(information, "Information"),
       maybe(status, "Status"), maybe(location, "StackLocation"), maybe(major, "Major"),
       maybe(minor, "Minor"), maybe(control, "Control"), maybe(cancel_routine, "CancelRoutine")}};
}

constexpr OperationRow kRows[] = {
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
    // The names without f are those of a kernel that is no Windows kernel.
    sends_request("IoCallDriver"),
    sends_request("IofCallDriver"),
    sends_request("PoCallDriver"),
    has_sent_request("IoCallDriver"),
    has_sent_request("IofCallDriver"),
    has_sent_request("PoCallDriver"),
    completes_request("IoCompleteRequest"),
    completes_request("IofCompleteRequest"),
};

}  // namespace

std::span<const OperationRow> request_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
