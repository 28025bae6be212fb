// Timers and DPCs.
#include "replay/operations/rows.h"

namespace ddireplay::replay::operations {

namespace {

using enum Operand;
using enum At;

constexpr OperationRow sets_timer(std::string_view name) {
  return {name,
          entry,
          Op::timer_set,
          {field(address, "Timer"), field(due, "DueTime"), maybe(period, "Period"),
           field(dpc, "Dpc"), maybe(routine, "Routine")}};
}
constexpr OperationRow initialises_dpc(std::string_view name, bool threaded) {
  return {name,
          exit,
          Op::dpc_initialize,
          {field(address, "Dpc"), field(routine, "DeferredRoutine"),
           field(context, "DeferredContext"), fixed(type, threaded ? 1 : 0)}};
}

constexpr OperationRow kRows[] = {
    // Timers and DPCs.
    {"KeInitializeTimer", exit, Op::timer_initialize, {field(address, "Timer")}},
    {"KeInitializeTimerEx",
     exit,
     Op::timer_initialize,
     {field(address, "Timer"), field(type, "Type")}},
    sets_timer("KeSetCoalescableTimer"),
    sets_timer("KeSetTimer"),
    sets_timer("KeSetTimerEx"),
    reports("KeSetCoalescableTimer", Op::timer_set_done, "Timer"),
    reports("KeSetTimer", Op::timer_set_done, "Timer"),
    reports("KeSetTimerEx", Op::timer_set_done, "Timer"),
    reports("KeCancelTimer", Op::timer_cancel, "Timer"),
    initialises_dpc("KeInitializeDpc", false),
    initialises_dpc("KeInitializeThreadedDpc", true),
    {"KeSetTargetProcessorDpc",
     exit,
     Op::dpc_target,
     {field(address, "Dpc"), field(processor, "Number")}},
    {"KeInsertQueueDpc", entry, Op::dpc_queue, {field(address, "Dpc"), maybe(routine, "Routine")}},
    reports("KeInsertQueueDpc", Op::dpc_queue_done, "Dpc"),
    reports("KeRemoveQueueDpc", Op::dpc_remove, "Dpc"),
    reports("KeRemoveQueueDpcEx", Op::dpc_remove, "Dpc"),
    {"KeFlushQueuedDpcs", exit, Op::dpc_flush},

};

}  // namespace

std::span<const OperationRow> timer_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
