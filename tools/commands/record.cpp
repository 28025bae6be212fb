#include "tools/commands/record.h"

#include <fmt/format.h>

#include <algorithm>
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
    R"(Records drivers on this machine: starts Wine with a private prefix, the recorder and each TARGET
in the order given; runs PROGRAM against them (without one: loads and unloads them); unloads them
in reverse order; stops. They run in an ordinary process with your rights, and see your files as
drive Z:. Several TARGETs are a stack, say a function driver and its filter: one trace has both,
and each event, each leak knows its driver.

Standard output stays empty. Each step, and what PROGRAM prints, goes to standard error.
PROGRAM starts in the current directory and gets each ARG as it was given.
)";

constexpr const char* kFooter =
    R"(--setup DIR puts in place, in a prefix that goes with the recording:
  DIR/files/...         each file and directory, on drive C: (files/windows/x.ini is
                        C:\windows\x.ini); what is there already is replaced
  DIR/*.reg             as `reg import` does, sorted by name; then Wine is started anew, so that
                        it knows the services among them
  DIR/drivers/*.sys     loaded in the recorder's process, sorted by name, before the recording
                        starts; they are not recorded, and unloaded at the very end

--service NAME loads a driver that is in the prefix: one of Wine's own (http, winebus), or one
that --setup brought. One that Wine has started by itself (nsiproxy, mountmgr, ndis) is recorded
with --attach NAME. So is one of DIR/drivers, by its name. Of a driver that is attached to, what
it did before is not known; rules that need its whole life stay silent. Its calls then go to
Wine's own routines, none is supplied, and IRQL is derived in replay.

The trace appears as OUT only when it can be read; until then it is OUT.partial. An older OUT
is replaced then, and otherwise left as it was; an OUT.partial with events of a recording that
was killed is never replaced: `ddireplay repair` makes a trace of it. Ctrl-C ends PROGRAM and closes the trace; a
second one ends everything at once.

Exit status:
  0  the trace is complete. That PROGRAM itself ended with another status than 0 is said, but
     changes nothing: what it did with the driver is recorded. See --check-exit
  1  with --check-exit only: as 0, but PROGRAM's own exit status was not 0
  2  wrong usage: TARGET is no x64 driver, PROGRAM is missing, OUT can't be written there, DIR
     has what no setup has
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
  std::vector<std::string> words;  // TARGETs, and what should stand behind "--"
  unsigned timeout_s = 300;
  bool quiet = false;
};

// What stands behind "--", as it was typed.
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
  for (const std::string& word : arguments.words) {
    if (!request.targets.empty() && word.ends_with(".exe")) {
      record::refuse(fmt::format("{}: put -- before the program and its arguments", word));
    }
    request.targets.emplace_back(word);
  }
  return record::record(request, make_voice(arguments.quiet));
}

void add_options(CLI::App& command, Arguments& arguments) {
  constexpr unsigned kTimeoutMax = 7 * 24 * 3600;
  constexpr unsigned kStackDepthMax = 64;
  record::Request& request = arguments.request;
  command
      .add_option("TARGET", arguments.words,
                  "the drivers, x64 .sys files, 8 at most; behind --, a Windows program and its "
                  "arguments")
      ->option_text("... [-- PROGRAM.exe ARG...]");
  command.add_option("--service", request.services, "a driver in the prefix, by its service")
      ->allow_extra_args(false)
      ->option_text("NAME ...");
  command
      .add_option("--attach", request.attached,
                  "a driver that is loaded already, by its service or its module")
      ->allow_extra_args(false)
      ->option_text("NAME ...");
  command.add_option("--setup", request.setup, "what is put in place first; see below")
      ->option_text("DIR");
  command.add_option("-o,--output", request.output, "the trace to be written; required")
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
  command
      .add_option("--flush-ms", request.flush_ms,
                  "events are in the file after this time at the latest (100); what is not may be "
                  "lost in a crash")
      ->check(CLI::Range(10u, 60'000u))
      ->option_text("MS");
  command
      .add_option("--flight", request.flight_mib,
                  "keep the newest events only, so much of them after compression")
      ->check(CLI::Range(1u, 1024u))
      ->option_text("MIB");
  command.add_flag("--all-imports", request.all_imports,
                   "record the kernel's C run-time functions, too");
  command.add_flag("--check-exit", request.check_exit, "exit status 1 if PROGRAM's own was not 0");
  command.add_flag("--keep-prefix", request.keep_prefix,
                   "don't remove the Wine prefix of this run");
  command.add_flag("-q,--quiet", arguments.quiet, "say only what goes wrong, and the result");
}

}  // namespace

int arguments_before_program(int argc, char** argv) {
  if (argc < 2 || std::string_view(argv[1]) != "record") return argc;
  return static_cast<int>(std::find(argv, argv + argc, std::string_view("--")) - argv);
}

void add_record_command(CLI::App& app, ExitStatus& status) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("record", kHelp);
  command->footer(kFooter);
  add_options(*command, *arguments);
  command->callback([arguments, &status] { status = run(*arguments); });
}

}  // namespace ddireplay::tools
