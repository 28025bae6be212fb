// The interface of every checker.
//
// A checker sees each step that it asked for, with the World as it was before the step: by what an
// event means (operations), or, where one question is asked of many functions, by the function
// itself (concerns). It changes nothing but its own state, and reports through the sink. Checkers
// never see each other: the order in which they run makes no difference.
#pragma once

#include <cstdint>
#include <span>

#include "replay/finding.h"
#include "replay/model_set.h"
#include "replay/operation.h"
#include "replay/rule.h"

namespace ddireplay::replay {

class World;

// A set of IRQLs; one that is not known is a member of its own.
class CallLevels {
 public:
  static constexpr CallLevels all() { return CallLevels(~std::uint64_t{0}); }
  static constexpr CallLevels none() { return CallLevels(0); }
  // A bit for each of the levels up to 31.
  static constexpr CallLevels of(std::uint32_t bits) { return CallLevels(bits); }

  constexpr CallLevels operator|(CallLevels other) const { return CallLevels(bits_ | other.bits_); }
  constexpr bool contains(std::uint8_t irql) const {
    return (bits_ >> (irql < kUnknown ? irql : kUnknown) & 1) != 0;
  }

 private:
  static constexpr std::uint8_t kUnknown = 63;
  constexpr explicit CallLevels(std::uint64_t bits) : bits_(bits) {}
  std::uint64_t bits_;
};

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

  // The models that it reads, and those from which it takes a step's block, memory and in_dpc:
  // `pool`, `devices` and `threads`. Where nobody else does, no other ones are kept. Asked once.
  virtual ModelSet models() const;

  // The operations that on_step is to be called for. Asked once.
  virtual std::span<const Op> operations() const = 0;

  virtual void on_step(const Step& step, const World& before, FindingSink& sink);

  // Of these operations, those in which the checker has only to do with objects that lie in
  // `step.memory`: on_step need not be called where there can be none. Asked once.
  virtual std::span<const Op> only_with_objects() const;

  // Asked once for each function of a trace, before its first event: whether on_call is to be
  // called for its calls. The function lives as long as the trace.
  virtual bool concerns(const format::Function& function, const World& world);
  // Of such a function, the IRQLs at which a call can matter: on_call need not be called at others.
  virtual CallLevels levels_of(const format::Function& function, const World& world);
  // A call of such a function, once for each: when it is entered where that is recorded, else when
  // it has returned. step.op may be none: then the operands are not to be used.
  virtual void on_call(const Step& step, const World& before, FindingSink& sink);

  // After the last event.
  virtual void on_end(const World& world, FindingSink& sink);
};

}  // namespace ddireplay::replay
