// Work items, system threads.
#include "replay/operations/rows.h"

namespace ddireplay::replay::operations {

namespace {

using enum Operand;
using enum At;

constexpr OperationRow queues_work(std::string_view name, std::uint64_t is_try = 0) {
  return {name,
          entry,
          Op::workitem_queue,
          {field(address, "IoWorkItem"), field(routine, "WorkerRoutine"), maybe(context, "Context"),
           maybe(type, "QueueType"), fixed(flags, is_try)}};
}

constexpr OperationRow kRows[] = {
    {"IoAllocateWorkItem",
     exit,
     Op::workitem_allocate,
     {field(address, "return"), field(device, "DeviceObject"), fixed(size, 0x30, 0x58),
      fixed(extent, 1), fixed(tag, tag_of("Vfwi")), maybe(charged, "ChargedBytes"),
      maybe(extra, "ObjectType")}},
    {"IoFreeWorkItem", entry, Op::workitem_free, {field(address, "IoWorkItem")}},
    {"IoInitializeWorkItem",
     exit,
     Op::workitem_initialize,
     {field(address, "IoWorkItem"), field(device, "IoObject"), maybe(extra, "ObjectType")}},
    {"IoUninitializeWorkItem", entry, Op::workitem_uninitialize, {field(address, "IoWorkItem")}},
    queues_work("IoQueueWorkItem"),
    queues_work("IoQueueWorkItemEx"),
    queues_work("IoTryQueueWorkItem", 1),
    {"ExQueueWorkItem",
     entry,
     Op::workitem_queue,
     {field(address, "WorkItem"), field(routine, "Routine"), field(context, "Parameter"),
      maybe(type, "QueueType"), fixed(kind, 1)}},

    {"PsCreateSystemThread",
     entry,
     Op::thread_create,
     {field(routine, "StartRoutine"), field(context, "StartContext")}},
    {"PsCreateSystemThread",
     exit,
     Op::thread_create_done,
     {maybe(handle, "Handle"), field(result, "return")}},
};

}  // namespace

std::span<const OperationRow> work_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
