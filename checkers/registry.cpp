#include "checkers/registry.h"

#include "checkers/callback/callback_checkers.h"
#include "checkers/device/device_checkers.h"
#include "checkers/irp/irp_checkers.h"
#include "checkers/pool/pool_checkers.h"
#include "checkers/timer/timer_checkers.h"

namespace ddireplay::checkers {

std::vector<std::unique_ptr<replay::Checker>> make_all_checkers() {
  constexpr std::unique_ptr<replay::Checker> (*kMakers[])() = {
      make_pool_allocation_request,
      make_pool_free_irql,
      make_pool_free_address,
      make_pool_leak_at_unload,
      make_armed_timer_in_pool,
      make_object_in_dying_memory,
      make_callback_apcs,
      make_callback_irql,
      make_callback_interrupts,
      make_sent_request,
      make_request_away,
      make_completed_request,
      make_freed_request,
      make_dispatch_result,
      make_left_request,
      make_completion_routine,
      make_synchronous_request,
      make_cancelled_request,
      make_add_device,
      make_device_removal,
      make_device_use,
  };
  std::vector<std::unique_ptr<replay::Checker>> checkers;
  for (const auto make : kMakers) checkers.push_back(make());
  return checkers;
}

}  // namespace ddireplay::checkers
