// What brought a thread to the IRQL at which it made a wrong call.
#pragma once

#include <cstdint>

#include "replay/finding.h"

namespace ddireplay::format {
class TraceReader;
}

namespace ddireplay::tools::bisect {

enum class LevelCause {
  not_known,  // neither the IRQL nor the thread is
  entered,    // a callback was entered at it
  moved,      // a call moved to it
  unseen,     // it was moved unseen, between two events: the event is the first at the new one
  always,     // the thread was at it when it was first seen; the event is that one
};

struct LevelMove {
  LevelCause cause = LevelCause::not_known;
  std::uint64_t position = 0;
  std::uint8_t before = 0;  // IRQLs; `before` of `moved` and `unseen`
  std::uint8_t level = 0;
};

// Replays `trace` up to the finding, and follows the thread of its violation.
LevelMove find_level_move(format::TraceReader& trace, const replay::Finding& finding);

}  // namespace ddireplay::tools::bisect
