#include "replay/trust.h"

#include <algorithm>

namespace ddireplay::replay {

void Trust::apply(const Step& step) {
  if (in_gap_) follow_gap(*step.event);
  switch (step.op) {
    case Op::gap:
      // The pseudo-event has the position of the event behind it: what that event makes is known.
      last_gap_ = std::max(last_gap_, step.event->position - 1);
      gap_until_ = std::max(gap_until_, step[Operand::until]);
      lost_ += step[Operand::count];
      in_gap_ = any_gap_ = true;
      break;
    case Op::image_load:
      if (!complete_for(step.driver)) seen_loading_.push_back(step.driver);
      break;
    case Op::image_attach:
      std::erase(seen_loading_, step.driver);
      break;
    default:
      break;
  }
}

void Trust::follow_gap(const format::Event& event) {
  if (event.time > gap_until_) {
    in_gap_ = false;
  } else if (event.function != format::kGap) {
    last_gap_ = event.position;
  }
}

bool Trust::complete_for(format::ModuleId driver) const {
  return !any_gap_ &&
         std::find(seen_loading_.begin(), seen_loading_.end(), driver) != seen_loading_.end();
}

}  // namespace ddireplay::replay
