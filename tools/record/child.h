// A program that is started with its output in our hands.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tools/process/unique_fd.h"

namespace ddireplay::tools::record {

struct Child {
  pid_t id = 0;
  UniqueFd out;  // its standard output and standard error, to be read without blocking
  UniqueFd err;
};

// Standard input is empty; all signals are as usual; the working directory is ours. Throws
// format::Error when the program can't be started.
Child start_child(const std::vector<std::string>& command,
                  const std::vector<std::string>& environment);

}  // namespace ddireplay::tools::record
