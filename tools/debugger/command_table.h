// The debugger's commands.
#pragma once

#include <string>
#include <string_view>

#include "tools/debugger/session.h"

namespace ddireplay::tools {

// What the command prints. Throws format::Error (usage) for a command that does not exist, or whose
// arguments make no sense.
std::string run_command(Session& session, std::string_view line);

// `.help`: one line for each command.
std::string command_help();

}  // namespace ddireplay::tools
