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

using format::ExitStatus;

constexpr const char* kPrompt = "kd> ";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// The session goes on where a command was not understood, and where a process was lost that the
// next command starts anew.
ExitStatus run(Session& session, std::string_view command) {
  try {
    print(run_command(session, command));
    return ExitStatus::clean;
  } catch (const RunLost& error) {
    talk(error.what());
    return error.status();
  } catch (const format::Error& error) {
    if (error.status() != ExitStatus::usage) throw;
    talk(error.what());
    return error.status();
  }
}

// As a session is written down: prompt, command, answer, an empty line.
ExitStatus run_and_echo(Session& session, std::string_view command) {
  print(kPrompt);
  print(command);
  print("\n");
  const ExitStatus status = run(session, command);
  print("\n");
  return status;
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

// Calls run(command) for each of the commands in `line`, until the session has ended. The worst
// status of any.
template <class RunOne>
ExitStatus for_each_command(const Session& session, std::string_view line, RunOne run) {
  ExitStatus worst = ExitStatus::clean;
  while (!line.empty() && !session.ended()) {
    const std::size_t end = std::min(line.find_first_of(";\n"), line.size());
    const std::string_view command = trimmed(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
    if (!command.empty()) worst = std::max(worst, run(command));
  }
  return worst;
}

ExitStatus run_terminal(Session& session) {
  ExitStatus worst = ExitStatus::clean;
  while (!session.ended()) {
    const std::optional<std::string> line = edited_line();
    if (!line) {
      print("\n");
      break;
    }
    worst = std::max(worst, for_each_command(session, *line, [&](std::string_view command) {
                       return run(session, command);
                     }));
  }
  return worst;
}

}  // namespace

ExitStatus run_script(Session& session, std::string_view commands) {
  return for_each_command(session, commands,
                          [&](std::string_view command) { return run_and_echo(session, command); });
}

ExitStatus run_prompt(Session& session) {
  if (isatty(STDIN_FILENO) != 0) return run_terminal(session);
  ExitStatus worst = ExitStatus::clean;
  for (std::string line; !session.ended() && std::getline(std::cin, line);) {
    worst = std::max(worst, run_script(session, line));
  }
  return worst;
}

}  // namespace ddireplay::tools
