// The interface of every checker.
//
// A checker sees each step that it asked for, with the World as it was before the step. It changes
// nothing but its own state, and reports through the sink. Checkers never see each other: the order
// in which they run makes no difference.
#pragma once

#include <span>

#include "replay/finding.h"
#include "replay/operation.h"
#include "replay/rule.h"

namespace ddireplay::replay {

class World;

class FindingSink {
 public:
  virtual ~FindingSink() = default;
  // Position, driver, verdict and fingerprint are filled in by the host where they are not set.
  virtual void report(Finding finding) = 0;
};

class Checker {
 public:
  virtual ~Checker() = default;

  // The rules it can report. The same span at each call; its rows live as long as the program.
  virtual std::span<const Rule> rules() const = 0;

  // The operations that on_step is to be called for. Asked once.
  virtual std::span<const Op> operations() const = 0;

  virtual void on_step(const Step& step, const World& before, FindingSink& sink) = 0;

  // After the last event.
  virtual void on_end(const World& world, FindingSink& sink);
};

}  // namespace ddireplay::replay
