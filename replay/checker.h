// The interface of every checker.
//
// A checker sees each step that it asked for, with the World as it was before the step: by what an
// event means (operations), or, where one question is asked of many functions, by the function
// itself (concerns). It changes nothing but its own state, and reports through the sink. Checkers
// never see each other: the order in which they run makes no difference.
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

  virtual void on_step(const Step& step, const World& before, FindingSink& sink);

  // Of these operations, those in which the checker has only to do with objects that lie in
  // `step.memory`: on_step need not be called where there can be none. Asked once.
  virtual std::span<const Op> only_with_objects() const;

  // Asked once for each function of a trace, before its first event: whether on_call is to be
  // called for its calls. The function lives as long as the trace.
  virtual bool concerns(const format::Function& function, const World& world);
  // A call of such a function, once for each: when it is entered where that is recorded, else when
  // it has returned. step.op may be none: then the operands are not to be used.
  virtual void on_call(const Step& step, const World& before, FindingSink& sink);

  // After the last event.
  virtual void on_end(const World& world, FindingSink& sink);
};

}  // namespace ddireplay::replay
