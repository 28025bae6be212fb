// `ddireplay bisect`.
#pragma once

#include <CLI/CLI.hpp>

#include "format/error.h"

namespace ddireplay::tools {

void add_bisect_command(CLI::App& app, format::ExitStatus& status);

// The command line is one of `bisect --bisect-run`, whose status `git bisect run` reads: what goes
// wrong there, wrong usage too, must not look like a verdict.
bool is_bisect_run(int argc, char** argv);

}  // namespace ddireplay::tools
