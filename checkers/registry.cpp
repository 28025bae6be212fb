#include "checkers/registry.h"

#include "checkers/deadlock/deadlock_checkers.h"
#include "checkers/lock/lock_checkers.h"
#include "checkers/pool/pool_checkers.h"
#include "checkers/region/region_checkers.h"
#include "checkers/resource/resource_checkers.h"
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
      make_irql_move,
      make_lock_call_apcs,
      make_lock_call_level,
      make_lock_left,
      make_lock_level_restored,
      make_lock_use,
      make_spin_lock_safe,
      make_lock_order,
      make_self_deadlock,
      make_region_balance,
      make_resource_life,
      make_resource_owner,
  };
  std::vector<std::unique_ptr<replay::Checker>> checkers;
  for (const auto make : kMakers) checkers.push_back(make());
  return checkers;
}

}  // namespace ddireplay::checkers
