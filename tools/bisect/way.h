// How objects that came from one place were ended.
#pragma once

#include <compare>
#include <cstdint>
#include <map>

#include "replay/world.h"

namespace ddireplay::tools::bisect {

// What the driver was called for when it made a call.
struct Activity {
  format::FunctionId function = 0;  // of the callback; 0: none was seen to be entered
  bool has_major = false;
  std::uint8_t major = 0;  // of a dispatch routine's request
  std::uint32_t code = 0;  // its control code; 0: it has none

  auto operator<=>(const Activity&) const = default;
};

// Relative to the object that was ended.
enum class When : std::uint8_t {
  before_completion,  // of the request in which it was begun
  same_callback,      // as it was begun in
  elsewhere,          // in another callback
};

struct Way {
  When when = When::elsewhere;
  format::FunctionId function = 0;  // that ended it
  std::uint64_t caller = 0;         // the driver's frame; 0: no stack
  Activity activity;

  auto operator<=>(const Way&) const = default;
};

struct WayTaken {
  std::uint64_t count = 0;
  std::uint64_t last = 0;  // position of the last one
};

// Objects that came from one place.
struct Tally {
  std::uint64_t begun = 0;
  std::uint64_t ended = 0;
  std::map<Way, WayTaken> ways;
};

// Of the innermost callback that the step's thread is in.
Activity activity_of(const replay::Step& step, const replay::World& world);
Activity activity_of(const replay::CallbackFrame& frame, const replay::World& world);

}  // namespace ddireplay::tools::bisect
