// ddireplay record
#pragma once

#include <CLI/CLI.hpp>

#include "format/error.h"

namespace ddireplay::tools {

// Adds itself to the command line, with its help; sets `status` when it has run. To be run while
// there is one thread only: it forks.
void add_record_command(CLI::App& app, format::ExitStatus& status);

}  // namespace ddireplay::tools
