#include "replay/operation.h"

#include <iterator>

namespace ddireplay::replay {

namespace {

constexpr std::string_view kOpNames[] = {
    "none",
    "gap",
    "image_load",
    "image_attach",
    "image_unload",
    "recording_stop",
    "callback_enter",
    "callback_leave",
    "dpc_enter",
    "dpc_leave",
    "unload_enter",
    "unload_leave",
    "thread_exit",
    "pool_allocate",
    "pool_free",
    "pool_receive",
    "pool_source",
    "string_allocate",
    "string_free",
    "contiguous_allocate",
    "contiguous_free",
    "mdl_allocate",
    "mdl_free",
    "workitem_allocate",
    "workitem_free",
    "workitem_queue",
    "irp_call",
    "irp_complete",
    "timer_initialize",
    "timer_set",
    "timer_set_done",
    "timer_cancel",
    "dpc_initialize",
    "dpc_queue",
    "dpc_queue_done",
    "dpc_remove",
    "dpc_flush",
    "device_create",
    "device_delete",
    "irql_raise",
    "irql_lower",
    "lock_initialize",
    "lock_reinitialize",
    "lock_delete",
    "lock_request",
    "lock_acquire",
    "lock_release",
    "lock_convert",
    "lock_hand_over",
    "wait_done",
    "critical_enter",
    "critical_leave",
    "guarded_enter",
    "guarded_leave",
};
static_assert(std::size(kOpNames) == kOpCount);

}  // namespace

std::string_view op_name(Op op) { return kOpNames[static_cast<std::size_t>(op)]; }

}  // namespace ddireplay::replay
