// The subcommands: each adds itself to the command line, with its help, and sets `status` when it
// has run. What can't be read or written is thrown as format::Error.
#pragma once

#include <CLI/CLI.hpp>

#include "format/error.h"

namespace ddireplay::tools {

void add_replay_command(CLI::App& app, format::ExitStatus& status);
void add_debug_command(CLI::App& app, format::ExitStatus& status);
void add_diff_command(CLI::App& app, format::ExitStatus& status);
void add_info_command(CLI::App& app, format::ExitStatus& status);
void add_dump_command(CLI::App& app, format::ExitStatus& status);
void add_convert_command(CLI::App& app, format::ExitStatus& status);
void add_reduce_command(CLI::App& app, format::ExitStatus& status);
void add_repair_command(CLI::App& app, format::ExitStatus& status);

}  // namespace ddireplay::tools
