// The subcommand `corpus`.
#pragma once

#include <CLI/CLI.hpp>

#include "format/error.h"

namespace ddireplay::tools {

void add_corpus_command(CLI::App& app, format::ExitStatus& status);

}  // namespace ddireplay::tools
