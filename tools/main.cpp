// The command line: parses it, runs one subcommand, turns what went wrong into a line and a status.
#include <fmt/format.h>

#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "format/freestanding/layout.h"
#include "format/unfinished_files.h"
#include "tools/commands/bisect.h"
#include "tools/commands/commands.h"
#include "tools/commands/corpus.h"
#include "tools/commands/record.h"
#include "tools/commands/rules.h"
#include "tools/output.h"

namespace ddireplay::tools {
namespace {

using format::ExitStatus;

constexpr const char* kDescription =
    "Driver Verifier, offline: replays a recording of what a Windows driver asked of the kernel.";

constexpr const char* kFooter =
    "Exit status:\n"
    "  0  clean\n"
    "  1  findings\n"
    "  2  wrong usage\n"
    "  3  a trace is lossy, was recovered or ends early, or what was found is unknown:\n"
    "     the verdict has gaps\n"
    "  4  not a trace, or unreadable; or the output can't be written\n"
    "\n"
    "`ddireplay COMMAND --help` says more of each.";

// CLI11 has codes of its own for each kind of wrong usage, and 0 for --help.
ExitStatus status_of(const CLI::App& app, const CLI::ParseError& error) {
  return app.exit(error) == 0 ? ExitStatus::clean : ExitStatus::usage;
}

// Of the innermost command that was named.
std::string failure_line(const CLI::App* app, const CLI::Error& error) {
  std::string commands;
  for (auto named = app->get_subcommands(); !named.empty();
       named = named.front()->get_subcommands()) {
    commands += " " + named.front()->get_name();
  }
  return fmt::format("ddireplay: {}; see `ddireplay{} --help`\n", error.what(), commands);
}

// CLI11 would only say that a command is missing.
void refuse_unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  const auto is_it = [argv](const CLI::App* command) { return command->check_name(argv[1]); };
  if (!app.get_subcommands(is_it).empty()) return;
  throw format::Error(fmt::format("there is no command {}; `ddireplay --help` lists all", argv[1]),
                      ExitStatus::usage);
}

ExitStatus run(int argc, char** argv) {
  ExitStatus status = ExitStatus::clean;
  CLI::App app(kDescription, "ddireplay");
  app.footer(kFooter);
  app.set_version_flag("--version", fmt::format("ddireplay {} (trace format {})", DDIREPLAY_VERSION,
                                                format::kFormatVersion));
  app.require_subcommand(1);
  app.failure_message(failure_line);
  add_record_command(app, status);
  add_replay_command(app, status);
  add_debug_command(app, status);
  add_diff_command(app, status);
  add_info_command(app, status);
  add_dump_command(app, status);
  add_convert_command(app, status);
  add_reduce_command(app, status);
  add_repair_command(app, status);
  add_rules_command(app, status);
  add_corpus_command(app, status);
  add_bisect_command(app, status);
  refuse_unknown_command(app, argc, argv);
  try {
    app.parse(arguments_before_program(argc, argv), argv);
  } catch (const CLI::ParseError& error) {
    status = status_of(app, error);
  }
  flush_output();
  return status;
}

// `git bisect run` takes most statuses for a verdict: there, all that is none is 125.
int process_status(ExitStatus status, int argc, char** argv) {
  constexpr int kNotJudged = 125;
  const bool is_verdict = status == ExitStatus::clean || status == ExitStatus::findings;
  if (is_bisect_run(argc, argv) && !is_verdict) return kNotJudged;
  return static_cast<int>(status);
}

// Of a process that ends where nobody can be asked any more.
int unreadable_status = static_cast<int>(ExitStatus::unreadable);

// Traces are mapped into memory: pages of one that is shortened meanwhile, or whose disk fails, are
// gone when they are read. Nothing can be said of the trace any more, but why.
void end_of_lost_pages(int) {
  static constexpr std::string_view kLine =
      "ddireplay: a trace was shortened while it was read, or its disk fails: what is missing "
      "can't be replayed\n";
  static_cast<void>(!::write(STDERR_FILENO, kLine.data(), kLine.size()));
  format::remove_unfinished_files();
  ::_exit(unreadable_status);
}

void catch_lost_pages() {
  struct sigaction action {};
  action.sa_handler = end_of_lost_pages;
  ::sigaction(SIGBUS, &action, nullptr);
}

// Whatever was being done, as far as saying it takes no memory.
ExitStatus end_without_memory(int argc, char** argv) {
  std::fflush(stdout);
  std::fprintf(stderr, "ddireplay: out of memory while doing `%s`; free some, or raise its limit\n",
               argc < 2 ? "nothing" : argv[1]);
  return ExitStatus::unreadable;
}

// The JSON library's destructors need memory: without any they end here, and not in main.
[[noreturn]] void end_of_all() {
  const std::exception_ptr cause = std::current_exception();
  if (cause) {
    try {
      std::rethrow_exception(cause);
    } catch (const std::bad_alloc&) {
      std::fputs("ddireplay: out of memory; free some, or raise its limit\n", stderr);
      ::_exit(unreadable_status);
    } catch (...) {
    }
  }
  std::abort();
}

ExitStatus run_or_say_why(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const format::Error& error) {
    talk(error.what());
    return error.status();
  } catch (const std::bad_alloc&) {
    return end_without_memory(argc, argv);
  } catch (const std::exception& error) {
    talk(error.what());
    return ExitStatus::unreadable;
  }
}

}  // namespace
}  // namespace ddireplay::tools

int main(int argc, char** argv) {
  using namespace ddireplay;
  tools::unreadable_status = tools::process_status(format::ExitStatus::unreadable, argc, argv);
  tools::catch_lost_pages();
  format::remove_unfinished_files_at_signals();
  std::set_terminate(tools::end_of_all);
  return tools::process_status(tools::run_or_say_why(argc, argv), argc, argv);
}
