#include "checkers/registry.h"

#include "checkers/makers.h"

namespace ddireplay::checkers {

std::vector<std::unique_ptr<replay::Checker>> make_all_checkers() {
  std::vector<std::unique_ptr<replay::Checker>> checkers = make_call_checkers();
#define CHECKER(name) checkers.push_back(make_##name());
#include "checkers/checkers.inc"
#undef CHECKER
  return checkers;
}

}  // namespace ddireplay::checkers
