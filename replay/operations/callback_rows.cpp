// Images, the recording itself, and the driver's callbacks.
#include "replay/operations/rows.h"

namespace ddireplay::replay::operations {

namespace {

using enum Operand;
using enum At;

constexpr std::uint64_t kDerived = format::kIrqlUnknown;

constexpr OperationRow image(std::string_view name, Op op) {
  return {name,
          entry,
          op,
          {field(address, "ImageBase"), field(size, "ImageSize"), maybe(flags, "VerifierFlags"),
           maybe(Operand::name, "NameAddress"), maybe(record, "VerifierRecord")}};
}

// Callbacks, with the lowest IRQL at which the kernel enters them.
constexpr OperationRow enters(std::string_view name, CallbackKind what, std::uint64_t irql,
                              Op op = Op::callback_enter) {
  return {name,
          entry,
          op,
          {fixed(level, irql), fixed(kind, static_cast<std::uint64_t>(what)), maybe(apcs, "Apcs"),
           maybe(interrupts, "Interrupts"), maybe(process, "Process")}};
}
// Callbacks that are given a request, and what they return.
constexpr OperationRow enters_with_irp(std::string_view name, CallbackKind what,
                                       std::uint64_t irql) {
  return {name,
          entry,
          Op::callback_enter,
          {fixed(level, irql), fixed(kind, static_cast<std::uint64_t>(what)), maybe(irp, "Irp"),
           maybe(device, "DeviceObject"), maybe(major, "Major"), maybe(minor, "Minor"),
           maybe(location, "StackLocation"), maybe(control, "Control"), maybe(status, "Status"),
           maybe(extra, "PendingReturned"), maybe(parameter1, "Parameter1"),
           maybe(parameter2, "Parameter2"), maybe(parameter3, "Parameter3"),
           maybe(completion, "CompletionRoutine"), maybe(context, "CompletionContext"),
           maybe(stack_pointer, "StackPointer"), maybe(apcs, "Apcs"),
           maybe(interrupts, "Interrupts"), maybe(process, "Process")}};
}
// Callbacks whose argument tells whose they are.
constexpr OperationRow enters_with(std::string_view name, CallbackKind what,
                                   OperandSource argument) {
  return {name,
          entry,
          Op::callback_enter,
          {fixed(level, kPassiveLevel), fixed(kind, static_cast<std::uint64_t>(what)), argument}};
}
constexpr OperationRow leaves(std::string_view name, CallbackKind what,
                              Op op = Op::callback_leave) {
  return {name,
          exit,
          op,
          {fixed(kind, static_cast<std::uint64_t>(what)), maybe(result, "return"),
           maybe(irp, "Irp"), maybe(device, "DeviceObject"), maybe(location, "StackLocation"),
           maybe(control, "ControlAfter"), maybe(apcs, "ApcsAfter"),
           maybe(interrupts, "InterruptsAfter")}};
}

constexpr OperationRow kRows[] = {
    // Images and the recording.
    image("cb:ImageLoad", Op::image_load),
    image("cb:Attached", Op::image_attach),
    image("cb:ImageUnload", Op::image_unload),
    {"cb:Stopped", entry, Op::recording_stop},
    {"cb:ImageSection",
     entry,
     Op::image_section,
     {field(address, "ImageBase"), field(object, "Header"), field(described, "Begin"),
      field(length, "Size"), field(flags, "Characteristics"), field(extra, "ImportTable")}},
    {"cb:RamRange", entry, Op::ram_range, {field(address, "Begin"), field(size, "Size")}},

    // Callbacks.
    {"cb:AddDevice",
     entry,
     Op::callback_enter,
     {fixed(level, kPassiveLevel),
      fixed(kind, static_cast<std::uint64_t>(CallbackKind::add_device)),
      maybe(device, "PhysicalDeviceObject")}},
    {"cb:AddDevice",
     exit,
     Op::callback_leave,
     {fixed(kind, static_cast<std::uint64_t>(CallbackKind::add_device)), maybe(result, "return"),
      maybe(device, "PhysicalDeviceObject"), maybe(object, "Newest"), maybe(flags, "NewestFlags"),
      maybe(type, "NewestType")}},
    enters("cb:Callout", CallbackKind::callout, kPassiveLevel),
    leaves("cb:Callout", CallbackKind::callout),
    enters_with_irp("cb:Cancel", CallbackKind::cancel, kDispatchLevel),
    leaves("cb:Cancel", CallbackKind::cancel),
    enters_with_irp("cb:Completion", CallbackKind::completion, kDerived),
    leaves("cb:Completion", CallbackKind::completion),
    enters_with_irp("cb:Dispatch", CallbackKind::dispatch, kPassiveLevel),
    leaves("cb:Dispatch", CallbackKind::dispatch),
    enters("cb:DriverEntry", CallbackKind::driver_entry, kPassiveLevel),
    leaves("cb:DriverEntry", CallbackKind::driver_entry),
    enters("cb:FastIo", CallbackKind::fast_io, kPassiveLevel),
    leaves("cb:FastIo", CallbackKind::fast_io),
    enters("cb:IoTimer", CallbackKind::io_timer, kDispatchLevel),
    leaves("cb:IoTimer", CallbackKind::io_timer),
    enters("cb:Isr", CallbackKind::isr, kDerived),
    leaves("cb:Isr", CallbackKind::isr),
    enters_with_irp("cb:StartIo", CallbackKind::start_io, kDispatchLevel),
    leaves("cb:StartIo", CallbackKind::start_io),
    enters_with("cb:SystemThread", CallbackKind::system_thread, field(context, "StartContext")),
    leaves("cb:SystemThread", CallbackKind::system_thread),
    enters("cb:Unload", CallbackKind::unload, kPassiveLevel, Op::unload_enter),
    leaves("cb:Unload", CallbackKind::unload, Op::unload_leave),
    enters_with("cb:WorkItem", CallbackKind::work_item, field(context, "Context")),
    leaves("cb:WorkItem", CallbackKind::work_item),
    enters_with("cb:WorkItemEx", CallbackKind::work_item, field(address, "IoWorkItem")),
    leaves("cb:WorkItemEx", CallbackKind::work_item),
    enters_with("cb:WorkerRoutine", CallbackKind::worker_routine, field(context, "Parameter")),
    leaves("cb:WorkerRoutine", CallbackKind::worker_routine),
    {"cb:Dpc",
     entry,
     Op::dpc_enter,
     {field(dpc, "Dpc"), maybe(routine, "Routine"), fixed(level, kDispatchLevel),
      fixed(kind, static_cast<std::uint64_t>(CallbackKind::dpc))}},
    {"cb:Dpc",
     exit,
     Op::dpc_leave,
     {field(dpc, "Dpc"), fixed(kind, static_cast<std::uint64_t>(CallbackKind::dpc))}},
    {"cb:Shutdown", entry, Op::shutdown_begin},
    {"PsTerminateSystemThread", entry, Op::thread_exit},

};

}  // namespace

std::span<const OperationRow> callback_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
