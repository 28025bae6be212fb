#include "replay/checker.h"

namespace ddireplay::replay {

void Checker::on_end(const World&, FindingSink&) {}

}  // namespace ddireplay::replay
