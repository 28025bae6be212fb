// What a model knows of an object, as a finding tells it.
#pragma once

#include "replay/finding.h"
#include "replay/world.h"

namespace ddireplay::checkers {

// Adds an entry if the moment was seen.
void add_entry(replay::FindingObject& object, replay::Role role, const replay::Moment& moment);

// With its allocation, and its first free if it is a tombstone. The size is what was charged.
replay::FindingObject object_of(const replay::PoolBlock& block);
// With its initialisation and the call that armed it.
replay::FindingObject object_of(const replay::Timer& timer, std::uint64_t bytes);
// With its initialisation and, if it is queued, the call that queued it.
replay::FindingObject object_of(const replay::Dpc& dpc, std::uint64_t bytes);
// With the calls that opened it and, where it is closed, closed it. Its address is its value.
replay::FindingObject object_of(const replay::Handle& handle);

// The image of the step's driver, with its loading and, at its unloading, that.
replay::FindingObject image_object(const replay::Step& step, const replay::World& world);
// The memory that the step ends: a pool block, a device, an image, with its beginning and this end.
replay::FindingObject ended_memory(const replay::Step& step, const replay::World& world);
// The call itself, of a finding that is about nothing else.
replay::FindingObject call_object(const replay::Step& step);
// With the calls that began and ended its life.
replay::FindingObject object_of(const replay::LifetimeObject& object);
// With its initialisation, and who holds it since when; of one that nobody holds, with its last
// acquisition and release.
replay::FindingObject object_of(const replay::Lock& lock, const replay::World& world);

}  // namespace ddireplay::checkers
