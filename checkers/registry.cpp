#include "checkers/registry.h"

#include "checkers/callback/callback_checkers.h"
#include "checkers/ddi/ddi_checkers.h"
#include "checkers/deadlock/deadlock_checkers.h"
#include "checkers/device/device_checkers.h"
#include "checkers/handle/handle_checkers.h"
#include "checkers/irp/irp_checkers.h"
#include "checkers/lock/lock_checkers.h"
#include "checkers/mdl/mdl_checkers.h"
#include "checkers/object/object_checkers.h"
#include "checkers/object_lifetime/object_lifetime_checkers.h"
#include "checkers/pool/pool_checkers.h"
#include "checkers/region/region_checkers.h"
#include "checkers/remove_lock/remove_lock_checkers.h"
#include "checkers/resource/resource_checkers.h"
#include "checkers/thread/thread_checkers.h"
#include "checkers/timer/timer_checkers.h"
#include "checkers/work_item/work_item_checkers.h"

namespace ddireplay::checkers {

std::vector<std::unique_ptr<replay::Checker>> make_all_checkers() {
  constexpr std::unique_ptr<replay::Checker> (*kMakers[])() = {
      make_add_device,
      make_armed_timer_in_pool,
      make_callback_after_unload,
      make_callback_apcs,
      make_callback_interrupts,
      make_callback_irql,
      make_cancelled_request,
      make_completed_request,
      make_completion_routine,
      make_dead_object,
      make_device_reference_leak,
      make_device_removal,
      make_device_use,
      make_dispatch_result,
      make_dpc_target,
      make_foreign_stack,
      make_freed_request,
      make_handle_after_close,
      make_handle_reference,
      make_io_space,
      make_irql_move,
      make_key_leak,
      make_left_request,
      make_lock_call_apcs,
      make_lock_call_level,
      make_lock_left,
      make_lock_level_restored,
      make_lock_order,
      make_lock_use,
      make_long_shutdown,
      make_lookaside_list,
      make_mdl_left_locked,
      make_mdl_left_mapped,
      make_mdl_lock,
      make_mdl_map,
      make_mdl_pageable,
      make_mdl_unlock,
      make_mdl_unmap,
      make_object_in_dying_memory,
      make_object_placement,
      make_objects_left,
      make_performance_counter,
      make_pool_allocation_request,
      make_pool_allocation_while_unloading,
      make_pool_free_address,
      make_pool_free_irql,
      make_pool_free_tag,
      make_pool_leak_at_unload,
      make_power_down_allocation,
      make_queued_work_item,
      make_region_balance,
      make_registration,
      make_remove_lock_drain,
      make_remove_lock_forward,
      make_remove_lock_held,
      make_remove_lock_init,
      make_remove_lock_tag,
      make_request_away,
      make_resource_life,
      make_resource_owner,
      make_self_deadlock,
      make_sent_request,
      make_spin_lock_safe,
      make_synchronous_request,
      make_work_item_arguments,
      make_work_left,
      make_worker_level,
  };
  std::vector<std::unique_ptr<replay::Checker>> checkers = make_call_checkers();
  for (const auto make : kMakers) checkers.push_back(make());
  return checkers;
}

}  // namespace ddireplay::checkers
