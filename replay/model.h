// One family's part of the World.
//
// A model says which operations concern it, and the World brings it those, in the order of events.
// A model changes nothing but itself, and never sees another one: what two families share is an
// operand of the operation.
#pragma once

#include <cstdint>
#include <span>

#include "replay/operation.h"

namespace ddireplay::replay {

class ObjectPages;

class Model {
 public:
  Model() = default;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  virtual ~Model();

  // The operations that apply() is to be called for. Asked once.
  virtual std::span<const Op> operations() const = 0;
  // The step happens; checkers have seen it.
  virtual void apply(const Step& step) = 0;
  // The memory [begin, end) is gone, or new: objects that are embedded in it are forgotten. Called
  // before apply() of the step that takes or gives the memory.
  virtual void forget(std::uint64_t begin, std::uint64_t end);
  // Objects that the model keeps by their address are counted in `pages` from now on; that outlives
  // the model. Called once, before the first step. A model that does not override forget() has
  // none.
  virtual void count_objects_in(ObjectPages& pages);
  // Events were lost, or are being lost: what rests on having seen every event is to be dropped.
  virtual void lose_track();
};

}  // namespace ddireplay::replay
