#include "tools/debugger/console.h"

#include <editline/readline.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "tools/debugger/command_table.h"
#include "tools/output.h"

namespace ddireplay::tools {
namespace {

constexpr const char* kPrompt = "kd> ";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// False where the command was not understood.
bool run(Session& session, std::string_view command) {
  try {
    print(run_command(session, command));
    return true;
  } catch (const format::Error& error) {
    if (error.status() != format::ExitStatus::usage) throw;
    talk(error.what());
    return false;
  }
}

// As a session is written down: prompt, command, answer, an empty line.
bool run_and_echo(Session& session, std::string_view command) {
  print(kPrompt);
  print(command);
  print("\n");
  const bool understood = run(session, command);
  print("\n");
  return understood;
}

struct Freer {
  void operator()(char* text) const { std::free(text); }
};

std::optional<std::string> edited_line() {
  flush_output();
  const std::unique_ptr<char, Freer> line(readline(kPrompt));
  if (!line) return std::nullopt;
  if (*line.get() != '\0') add_history(line.get());
  return std::string(line.get());
}

// Calls run(command) for each of the commands in `line`, until the session has ended. False where
// one was not understood.
template <class Run>
bool for_each_command(const Session& session, std::string_view line, Run run) {
  bool understood = true;
  while (!line.empty() && !session.ended()) {
    const std::size_t end = std::min(line.find_first_of(";\n"), line.size());
    const std::string_view command = trimmed(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
    if (!command.empty()) understood &= run(command);
  }
  return understood;
}

bool run_terminal(Session& session) {
  bool understood = true;
  while (!session.ended()) {
    const std::optional<std::string> line = edited_line();
    if (!line) {
      print("\n");
      break;
    }
    understood &= for_each_command(session, *line,
                                   [&](std::string_view command) { return run(session, command); });
  }
  return understood;
}

}  // namespace

bool run_script(Session& session, std::string_view commands) {
  return for_each_command(session, commands,
                          [&](std::string_view command) { return run_and_echo(session, command); });
}

bool run_prompt(Session& session) {
  if (isatty(STDIN_FILENO) != 0) return run_terminal(session);
  bool understood = true;
  for (std::string line; !session.ended() && std::getline(std::cin, line);) {
    understood &= run_script(session, line);
  }
  return understood;
}

}  // namespace ddireplay::tools
