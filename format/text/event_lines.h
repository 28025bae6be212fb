// The lines of the text form that are events.
#pragma once

#include <cstdint>
#include <map>

#include "format/text/draft.h"
#include "format/text/line.h"

namespace ddireplay::format::text {

// Remembers what the lines before said, as far as the next one may leave it out.
class EventLines {
 public:
  // Appends the event that the line is to the draft. Throws Mistake, and Error where the trace
  // can't be written.
  void read(Words& words, Draft& draft);

 private:
  std::uint64_t last_time_ = 0;
  std::uint64_t last_thread_ = 1;
  std::map<std::uint16_t, std::uint64_t> last_times_;  // by processor
};

}  // namespace ddireplay::format::text
