#include "tools/commands/record.h"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "tools/output.h"
#include "tools/record/fail.h"
#include "tools/record/recording.h"

namespace ddireplay::tools {
namespace {

using format::ExitStatus;

constexpr const char* kHelp =
    R"(Records a driver on this machine: starts Wine with a private prefix, the recorder and TARGET;
runs PROGRAM against it (without one: loads and unloads it); unloads; stops. The driver runs in
an ordinary process with your rights, and sees your files as drive Z:.

Standard output stays empty. Each step, and what PROGRAM prints, goes to standard error.
PROGRAM starts in the current directory and gets each ARG as it was given.
)";

constexpr const char* kFooter =
    R"(The trace appears as OUT only when it can be read; until then it is OUT.partial. An older OUT
is replaced then, and otherwise left as it was. Ctrl-C ends PROGRAM and closes the trace; a
second one ends everything at once.

Exit status:
  0  the trace is complete. That PROGRAM itself ended with another status than 0 is said, but
     changes nothing: what it did with the driver is recorded. See --check-exit
  1  with --check-exit only: as 0, but PROGRAM's own exit status was not 0
  2  wrong usage: TARGET is no x64 driver, PROGRAM is missing, OUT can't be written there
  3  recorded up to a point: the driver failed to start, crashed or hung, PROGRAM was not done in
     time, you stopped it, events were lost, the disk was full. OUT has what there is
  4  nothing was recorded

Environment:
  DDIREPLAY_CACHE     where the Wine prefix that recordings start from is kept, about 700 MB;
                      else $XDG_CACHE_HOME/ddireplay or ~/.cache/ddireplay. ~/.wine is not used
  DDIREPLAY_RECORDER  directory of ddirec.sys and ddirec.exe; else that of ddireplay itself
  TMPDIR              where the prefix of this run is
)";

struct Arguments {
  record::Request request;
  std::vector<std::string> program;
  unsigned timeout_s = 300;
  bool quiet = false;
};

// What stands behind "--", as it was typed: CLI11 takes an argument like "[a,b]" apart.
std::vector<std::string> arguments_behind_dashes() {
  std::ifstream command_line("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> behind;
  std::string argument;
  bool found = false;
  while (std::getline(command_line, argument, '\0')) {
    if (found) behind.push_back(argument);
    found = found || argument == "--";
  }
  return behind;
}

record::Voice make_voice(bool quiet) {
  record::Voice voice;
  voice.progress = [quiet](std::string_view line) {
    if (!quiet) talk(line);
  };
  voice.complaint = talk;
  voice.output = [](std::string_view line) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  };
  return voice;
}

ExitStatus run(Arguments& arguments) {
  record::Request& request = arguments.request;
  request.timeout = std::chrono::seconds(arguments.timeout_s);
  request.program = arguments_behind_dashes();
  if (request.program.empty() && !arguments.program.empty()) {
    record::refuse(
        fmt::format("{}: put -- before the program and its arguments", arguments.program.front()));
  }
  return record::record(request, make_voice(arguments.quiet));
}

void add_options(CLI::App& command, Arguments& arguments) {
  constexpr unsigned kTimeoutMax = 7 * 24 * 3600;
  constexpr unsigned kStackDepthMax = 64;
  record::Request& request = arguments.request;
  command.add_option("TARGET", request.target, "the driver, an x64 .sys file")->required();
  command.add_option("-o,--output", request.output, "the trace to be written")
      ->required()
      ->option_text("OUT.ddt");
  command
      .add_option("--timeout", arguments.timeout_s,
                  "PROGRAM's time (300); every other step has 30 s")
      ->check(CLI::Range(1u, kTimeoutMax))
      ->option_text("SECONDS");
  command.add_option("--stack-depth", request.stack_depth, "frames of each stack; 0: no stacks")
      ->check(CLI::Range(0u, kStackDepthMax))
      ->option_text("N");
  command
      .add_option("--ring-kib", request.ring_kib,
                  "memory for each processor (4096); more where events are lost")
      ->check(CLI::IsMember({64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536}))
      ->option_text("KIB");
  command.add_flag("--all-imports", request.all_imports,
                   "record the kernel's C run-time functions, too");
  command.add_flag("--check-exit", request.check_exit, "exit status 1 if PROGRAM's own was not 0");
  command.add_flag("--keep-prefix", request.keep_prefix,
                   "don't remove the Wine prefix of this run");
  command.add_flag("-q,--quiet", arguments.quiet, "say only what goes wrong, and the result");
  command
      .add_option("PROGRAM", arguments.program, "a Windows program and its arguments, behind --")
      ->option_text("[-- PROGRAM.exe ARG...]");
}

}  // namespace

void add_record_command(CLI::App& app, ExitStatus& status) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("record", kHelp);
  command->footer(kFooter);
  add_options(*command, *arguments);
  command->callback([arguments, &status] { status = run(*arguments); });
}

}  // namespace ddireplay::tools
