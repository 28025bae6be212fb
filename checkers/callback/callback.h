// What the rules about callbacks have in common.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "replay/checker.h"
#include "replay/finding.h"
#include "replay/world.h"

namespace ddireplay::checkers {

// "The dispatch routine", "The DPC routine".
std::string_view callback_noun(replay::CallbackKind kind);

// Address of the callback's routine.
std::uint64_t routine_of(const replay::CallbackFrame& frame, const replay::World& world);

// Reports that the callback broke the rule by how it was entered or by how it returned, which
// `step` is; `besides`: further objects.
void report_callback(const replay::Rule& rule, const replay::CallbackFrame& frame,
                     const replay::Step& step, const replay::World& world,
                     std::array<std::uint64_t, 4> parameters, std::string_view what,
                     replay::FindingSink& sink, std::vector<replay::FindingObject> besides = {});

}  // namespace ddireplay::checkers
