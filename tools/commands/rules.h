// ddireplay rules
#pragma once

#include <CLI/CLI.hpp>

#include "format/error.h"

namespace ddireplay::tools {

// Adds itself to the command line, with its help; sets `status` when it has run.
void add_rules_command(CLI::App& app, format::ExitStatus& status);

}  // namespace ddireplay::tools
