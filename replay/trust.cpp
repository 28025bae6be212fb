#include "replay/trust.h"

#include <algorithm>

namespace ddireplay::replay {

Trust::Trust(const format::Derivation* derivation) {
  if (derivation == nullptr) return;
  cut_ = derivation->begin;
  is_thinned_ = derivation->thinned;
}

bool Trust::pass_cut() {
  last_gap_ = std::max(last_gap_, cut_ - 1);
  any_gap_ = true;
  cut_ = 0;
  return true;
}

void Trust::apply(const Step& step) {
  if (in_gap_) follow_gap(*step.event);
  switch (step.op) {
    case Op::gap:
      begin_gap(step);
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

void Trust::begin_gap(const Step& step) {
  const std::uint64_t until = step[Operand::until];
  const std::uint16_t processor = step.event->processor;
  if (!in_gap_ || until > gap_until_) {
    gap_processor_ = processor;
  } else if (until == gap_until_ && gap_processor_ != processor) {
    gap_processor_.reset();
  }
  gap_until_ = in_gap_ ? std::max(gap_until_, until) : until;
  // The pseudo-event has the position of the event behind it: what that event makes is known.
  last_gap_ = std::max(last_gap_, step.event->position - 1);
  lost_ += step[Operand::count];
  in_gap_ = any_gap_ = true;
}

// What is lost comes before the next event of the same processor. An event of another one, of the
// same time, may have come before it.
void Trust::follow_gap(const format::Event& event) {
  if (event.function == format::kGap) return;
  if (event.time > gap_until_ || event.processor == gap_processor_) {
    in_gap_ = false;
  } else {
    last_gap_ = event.position;
  }
}

bool Trust::complete_for(format::ModuleId driver) const {
  return !any_gap_ && !is_thinned_ &&
         std::find(seen_loading_.begin(), seen_loading_.end(), driver) != seen_loading_.end();
}

}  // namespace ddireplay::replay
