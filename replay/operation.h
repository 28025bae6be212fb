// What an event means, whatever DDI it came from: ExFreePool, ExFreePoolWithTag and ExFreePool2 are
// all one operation, pool_free. Models and checkers know operations only; which function of a trace
// is which operation, and where its operands stand among the event's values, is a table
// (operation_table.cpp) that is bound by name once per function of a trace.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "format/event.h"
#include "replay/moment.h"

namespace ddireplay::replay {

enum class Op : std::uint8_t {
  none,  // no model knows it
  gap,   // count, until: events of a processor are missing, from this event's time

  image_load,  // address, size; flags, name, record where the recorded machine's verifier knew them
  image_attach,  // address, size: the target had been running before the recording
  image_unload,  // address, size: the image is gone; leaks are judged here
  recording_stop,
  image_section,  // address (of the image), object (the section's header), described, length,
                  // flags (its characteristics), extra (address of the import address table)
  ram_range,      // address, size: physical memory that is RAM, told before the driver's first call

  // Each with `kind`: a CallbackKind. Those that are given a request: irp, device, major, minor;
  // those that are given a work item: address; work items and threads: context.
  callback_enter,  // level, apcs, interrupts, process; any callback but those below
  callback_leave,  // result, apcs, interrupts
  dpc_enter,       // dpc, routine, level
  dpc_leave,       // dpc
  unload_enter,    // level
  unload_leave,
  thread_exit,  // the thread never returns to the callback that it is in

  // Allocations: at return; `address` 0: it failed. Frees: at entry.
  pool_allocate,    // address, size, type, tag, charged; flags: POOL_FLAGS, where these were given
  pool_free,        // address, tag
  pool_receive,     // address, size: the system hands over a block, which the driver is to free
  pool_source,      // the same may have happened, unseen: the call's outputs are not recorded
  string_allocate,  // address, size: the buffer of a string that the run-time library allocated
  string_free,      // address
  contiguous_allocate,  // address, size
  contiguous_free,      // address
  mdl_allocate,         // address, size, flags, described, length, irp
  mdl_free,             // address, flags
  workitem_allocate,    // address, size, device, extra (its type)
  workitem_free,        // address

  // Flags: MdlFlags before the call; described: StartVa; extra: ByteOffset.
  // frame: the number of its first page at return, 0 where the trace doesn't have it.
  mdl_lock,     // address, flags, described, extra, length, frame: at return, even where it raised
  mdl_unlock,   // address, flags: at entry
  mdl_build,    // address, flags, described, extra, length, frame
  mdl_partial,  // address, mdl (the source), flags (its own)
  mdl_map,      // address, flags, described, extra, length, mode, process, result, frame
  mdl_unmap,    // address, flags, described, object (what is unmapped), process,
                // extra (MappedSystemVa): at entry

  workitem_initialize,    // address, device (or driver), extra (its type)
  workitem_uninitialize,  // address
  workitem_queue,      // address, routine, context, type (of the queue); kind 1: ExQueueWorkItem,
                       // flags 1: a try, which fails where it is queued
  thread_create,       // routine, context: at entry
  thread_create_done,  // handle, result

  // Objects with a lifetime; kind: an ObjectKind, address: its key.
  object_create,        // kind, address, size, routine; of lookaside lists length (of entries)
  object_end,           // kind, address: at entry, but of routines that are unregistered by name
  device_queue_insert,  // address, result: whether it was inserted
  device_queue_remove,  // address, result: whether it was removed

  removelock_initialize,  // address
  removelock_acquire,     // address, object (the tag); only where it succeeded
  removelock_release,     // address, object
  removelock_drain,       // address, object: IoReleaseRemoveLockAndWait, at entry

  shutdown_begin,

  // Requests. `location`: address of the current stack location at the call; 0: not recorded. Of
  // irp_call major, minor, control, completion and context are those of the next location.
  irp_call,        // irp, device, and what the IRP carries then; at entry
  irp_call_done,   // irp, result
  irp_complete,    // irp, and what it carries then; at entry
  irp_make,        // irp, kind (an IrpMaker), event, status_block
  irp_initialize,  // irp: in memory of the caller's
  irp_reuse,       // irp
  irp_free,        // irp, type, handle (first link of its thread's list); at entry
  irp_cancel,      // irp; at entry
  irp_register,    // irp, device, result: a completion routine, by IoSetCompletionRoutineEx

  timer_initialize,  // address, type
  timer_set,         // address, due, period, dpc, routine; at entry
  timer_set_done,    // address, result
  timer_cancel,      // address, result

  dpc_initialize,  // address, routine, context, type (1: a threaded DPC)
  dpc_target,      // address, processor
  dpc_queue,       // address, routine; at entry
  dpc_queue_done,  // address, result
  dpc_remove,      // address, result
  dpc_flush,

  device_create,  // address, extension, size (of the extension); only where it succeeded
  device_delete,  // address, extension, count (references that keep it for now)
  device_attach,  // address, device (that it was to lie above), object (that it lies above now),
                  // flags and type of that
  device_detach,  // address (of the lower one), type, object (that lies above it); at entry

  irql_raise,  // level (new), result (old)
  irql_lower,  // level (new)

  // Locks, with `kind`: a LockKind, and `flags`: LockFlags (lock_kind.h). Acquisitions have taken
  // place; tries only where they succeeded. information: flags that a push lock's caller gives.
  lock_initialize,    // address
  lock_reinitialize,  // address
  lock_delete,        // address
  lock_request,       // address, handle, extra (0: a try, which can't hang), apcs; at entry
  lock_acquire,       // as lock_request; level (to which it raises, 0: it doesn't), result (old)
  lock_release,    // address, handle, level (which it restores), object (owner, where given), apcs
  lock_convert,    // address: from exclusive to shared
  lock_hand_over,  // address, object: the new owner
  // A wait has ended. address, handle, object, context: the first four of `count` objects; type: a
  // WAIT_TYPE; timeout, due, status. flags: the World adds which of the four are mutexes that the
  // wait acquired, a bit for each.
  wait_done,
  critical_enter,  // apcs: before
  critical_leave,
  guarded_enter,
  guarded_leave,

  // Handles, by whatever routine. `kind`: a HandleKind.
  handle_open,       // handle, kind; only where it succeeded
  handle_close,      // handle; at entry
  handle_use,        // handle, status: what the call returned
  handle_reference,  // handle, mode, type (address of the object type), status, process

  // Objects of the object manager.
  object_reference,    // address; result: the new count, where the routine returns it; else count:
                       // that before the call; kind: an ObjectReference
  object_dereference,  // address; at entry
  object_dereference_done,  // address, result (the new count)

  count_,
};
inline constexpr std::size_t kOpCount = static_cast<std::size_t>(Op::count_);
std::string_view op_name(Op op);

// What an operand is. Each operation has those named beside it above; the others are 0.
enum class Operand : std::uint8_t {
  address,  // of the object that the operation is about
  size,     // bytes asked for
  extent,   // bytes that certainly are the object's, where `size` is only what Windows has; else 0
  charged,  // bytes that the recorded machine's own verifier charged for it; else as size
  type,     // POOL_TYPE bits (POOL_FLAGS are translated), or TIMER_TYPE
  tag,
  flags,
  result,  // what the call returned
  level,
  due,     // 100 ns units; negative: relative
  period,  // milliseconds; 0: once
  dpc,
  routine,
  context,
  device,
  extension,
  count,
  until,  // event time
  irp,
  mdl,          // that the IRP carries
  information,  // IoStatus.Information: a count, or a block that goes with the IRP
  described,    // address of the memory that an MDL describes
  length,       // its bytes
  name,         // address of the driver's name in the recorded machine's memory; 0: not known
  record,       // address of the recorded machine's verifier record of the driver; 0: not known
  kind,         // an enumeration that the operation names
  handle,       // HANDLE, or the address of a lock's queue handle
  object,       // that the operation gives, or that it concerns besides its address
  mode,         // KPROCESSOR_MODE
  timeout,      // address of a time-out; 0: wait for ever
  status,       // NTSTATUS that the operation carries, not its own
  major,        // IRP_MJ_..., and IRP_MN_... in `minor`
  minor,
  control,        // IO_STACK_LOCATION.Control
  completion,     // routine in an IRP's stack location
  stack_pointer,  // at entry of the call; the limits of its stack: 0 where not known
  stack_low,
  stack_high,
  process,         // EPROCESS address; 0: not known
  interrupts,      // 1: off, 2: on; 0: not known
  apcs,            // 1: enabled, 2: normal kernel APCs disabled, 3: all disabled; 0: not known
  processor,       // number of a processor
  frame,           // number of a physical page
  extra,           // what a family needs besides; its rows say what
  location,        // address of an IRP's stack location
  event,           // that is set when an IRP is done
  status_block,    // that is filled when an IRP is done
  cancel_routine,  // in an IRP
  buffer,          // SystemBuffer of an IRP
  user_buffer,
  parameter1,  // of an IRP's stack location
  parameter2,
  parameter3,
  count_,
};
inline constexpr std::size_t kOperandCount = static_cast<std::size_t>(Operand::count_);

// Operand::kind of callbacks.
enum class CallbackKind : std::uint8_t {
  other,
  driver_entry,
  unload,
  add_device,
  dispatch,
  completion,
  cancel,
  start_io,
  dpc,
  isr,
  io_timer,
  work_item,
  worker_routine,
  system_thread,
  callout,
  fast_io,
};

// Operand::kind of handles.
enum class HandleKind : std::uint8_t { other, created_key, opened_key };

// Operand::kind of references: what the driver called.
enum class ObjectReference : std::uint8_t { plain, by_pointer, attached_device };
// Operand::kind of irp_make: who made the request, and so who frees it.
enum class IrpMaker : std::uint8_t {
  not_seen,
  received,        // a dispatch routine was given it
  allocate,        // IoAllocateIrp
  asynchronous,    // IoBuildAsynchronousFsdRequest
  synchronous,     // IoBuildSynchronousFsdRequest: tied to its thread, freed by the I/O manager
  device_control,  // IoBuildDeviceIoControlRequest: as the one before
  associated,      // IoMakeAssociatedIrp
  own_memory,      // IoInitializeIrp
};

struct PoolBlock;

// Addresses [begin, end).
struct MemoryRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  bool contains(std::uint64_t address) const { return address >= begin && address < end; }
};

// One event, understood.
struct Step {
  const format::Event* event = nullptr;
  Op op = Op::none;
  // In a DPC that was seen to begin: the thread is whichever it interrupted.
  bool in_dpc = false;
  // Objects are known to lie in `memory`, or may do so.
  bool may_end_objects = false;
  format::ModuleId driver = format::kNoModuleId;
  // Of operations that allocate or free memory, images and devices among them, and not to be read
  // of others. The live block that a free is of; nullptr: there is none at that address.
  const PoolBlock* block = nullptr;
  // What lay in it is gone behind the step.
  MemoryRange memory;
  std::array<std::uint64_t, kOperandCount> operands{};

  std::uint64_t operator[](Operand operand) const {
    return operands[static_cast<std::size_t>(operand)];
  }
  // Bytes from the address on that are the object's.
  std::uint64_t extent() const {
    const std::uint64_t known = (*this)[Operand::extent];
    return known != 0 ? known : (*this)[Operand::size];
  }
  // The level is sampled, else as the thread model has it.
  std::uint8_t irql() const { return moment_.irql; }
  const Moment& moment() const { return moment_; }

  void begin(const format::Event& of) {
    event = &of;
    moment_ = {of.position, of.thread, of.stack, of.function, of.processor, of.irql};
  }
  void set_irql(std::uint8_t level) { moment_.irql = level; }

 private:
  // Made at once, and not where it is copied to an object: what was written a field at a time can't
  // be read by the width of a copy until it has left the processor's store buffer.
  Moment moment_;
};

}  // namespace ddireplay::replay
