// What checkers of locks ask of a step, and how findings speak of it.
#pragma once

#include <cstdint>
#include <string>

#include "checkers/biography.h"
#include "replay/finding.h"
#include "replay/world.h"

namespace ddireplay::checkers {

replay::LockKind lock_kind(const replay::Step& step);
bool has_flag(const replay::Step& step, std::uint64_t flag);

// The step is where a call that acquires is to be judged: its entry, or its return where the entry
// is not recorded.
bool begins_acquisition(const replay::Step& step, const replay::World& world);

// The thread's APCs, as sampled when the call was entered, are enabled. False where that is not
// known.
bool apcs_enabled(const replay::Step& step);

// The lock's memory is the driver's own, and has been since a time that the trace has: its image, a
// device, a pool block. What happens to a lock elsewhere may happen unseen.
bool is_in_own_memory(std::uint64_t address, const replay::Step& step, const replay::World& world);

// The lock that the step is about, with the step as its violation.
replay::FindingObject lock_object(const replay::Step& step, const replay::World& world);

// "the fast mutex at 0x...".
std::string lock_text(replay::LockKind kind, std::uint64_t address);
std::string lock_text(const replay::Step& step, const replay::World& world);

}  // namespace ddireplay::checkers
