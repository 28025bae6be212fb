#include "replay/checker.h"

namespace ddireplay::replay {

ModelSet Checker::models() const { return ModelSet::all(); }

void Checker::on_step(const Step&, const World&, FindingSink&) {}

std::span<const Op> Checker::only_with_objects() const { return {}; }

bool Checker::concerns(const format::Function&, const World&) { return false; }

CallLevels Checker::levels_of(const format::Function&, const World&) { return CallLevels::all(); }

void Checker::on_call(const Step&, const World&, FindingSink&) {}

void Checker::on_end(const World&, FindingSink&) {}

}  // namespace ddireplay::replay
