// Runs a session: the commands of -c, or a prompt.
#pragma once

#include <string_view>

#include "format/error.h"
#include "tools/debugger/session.h"

namespace ddireplay::tools {

// Commands with semicolons between. Each is printed behind the prompt, then what it says. A command
// that fails does not end the session: standard error says why. Returns the worst status of any;
// clean: all went well.
format::ExitStatus run_script(Session& session, std::string_view commands);

// Reads commands until the end of input or `q`: with line editing at a terminal, else as a script.
format::ExitStatus run_prompt(Session& session);

}  // namespace ddireplay::tools
