// `ddireplay record`, but for its command line.
#pragma once

#include <functional>
#include <string_view>

#include "format/error.h"
#include "tools/record/request.h"

namespace ddireplay::tools::record {

// Where a recording says what it is doing. No line is data.
struct Voice {
  std::function<void(std::string_view)> progress;   // each step, as it begins
  std::function<void(std::string_view)> complaint;  // what went wrong, and the result
  std::function<void(std::string_view)> output;     // a line that the program or Wine printed
};

// Records, and returns the exit status. Throws format::Error for what is wrong before anything is
// started. To be called while there is one thread only.
format::ExitStatus record(const Request& request, const Voice& voice);

}  // namespace ddireplay::tools::record
