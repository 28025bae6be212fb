#include "replay/rule.h"

#include <fmt/format.h>

namespace ddireplay::replay {

std::string Rule::id() const {
  if (bug_check == 0) return fmt::format("WDM:{}", sub_id);
  if (!sub_id.empty()) return fmt::format("{:X}:{}", bug_check, sub_id);
  return fmt::format("{:X}:{:X}", bug_check, code);
}

}  // namespace ddireplay::replay
