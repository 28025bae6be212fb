#include "checkers/registry.h"

#include "checkers/ddi/ddi_checkers.h"
#include "checkers/handle/handle_checkers.h"
#include "checkers/object/object_checkers.h"
#include "checkers/pool/pool_checkers.h"
#include "checkers/timer/timer_checkers.h"

namespace ddireplay::checkers {

std::vector<std::unique_ptr<replay::Checker>> make_all_checkers() {
  constexpr std::unique_ptr<replay::Checker> (*kMakers[])() = {
      make_pool_allocation_request, make_pool_free_irql,      make_pool_free_tag,
      make_pool_free_address,       make_pool_leak_at_unload, make_armed_timer_in_pool,
      make_object_in_dying_memory,  make_worker_level,        make_performance_counter,
      make_power_down_allocation,   make_handle_after_close,  make_key_leak,
      make_handle_reference,        make_dead_object,         make_device_reference_leak,
  };
  std::vector<std::unique_ptr<replay::Checker>> checkers = make_call_checkers();
  for (const auto make : kMakers) checkers.push_back(make());
  return checkers;
}

}  // namespace ddireplay::checkers
