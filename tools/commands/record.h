// ddireplay record
#pragma once

#include <CLI/CLI.hpp>

#include "format/error.h"

namespace ddireplay::tools {

// Adds itself to the command line, with its help; sets `status` when it has run. To be run while
// there is one thread only: it forks.
void add_record_command(CLI::App& app, format::ExitStatus& status);

// How many words of the command line are the parser's: with `record`, those up to "--", for what
// stands behind is another program's, and the parser would take an argument like "[a,b]" apart.
int arguments_before_program(int argc, char** argv);

}  // namespace ddireplay::tools
