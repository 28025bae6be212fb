#include "replay/operation_table.h"

#include <array>

#include "replay/operations/rows.h"

namespace ddireplay::replay {

std::span<const std::span<const OperationRow>> operation_tables() {
  using namespace operations;
  static const std::array kTables = {callback_rows(),  device_rows(),  handle_rows(), level_rows(),
                                     lock_rows(),      mdl_rows(),     object_rows(), pool_rows(),
                                     reference_rows(), request_rows(), timer_rows(),  work_rows()};
  return kTables;
}

}  // namespace ddireplay::replay
