#include "recorder/control/command_line.h"

#include "recorder/control/failure.h"
#include "recorder/control/text.h"

namespace ddireplay::recorder::control {

const char kHelp[] =
    R"(ddirec: records what a kernel driver asks of the kernel (with ddirec.sys)

  ddirec run --recorder PATH\ddirec.sys DRIVER... --out TRACE [OPTION...] [-- PROGRAM ARG...]
      loads the recorder and the drivers, runs the program, unloads all. Prints one line per step
      on stdout: "step: VERB OBJECT ok", or "step: VERB OBJECT failed".
  ddirec start --target X.sys --out TRACE [OPTION...]
      starts a recording of these drivers, whether loaded or still to come. The recorder must be
      loaded (sc start ddirec).
  ddirec load SERVICE | unload SERVICE [--limit-ms N]
      loads or unloads the driver of a service from the recorder's own process.
  ddirec status [--json]
      events, bytes and losses so far; hooks, and those never reached.
  ddirec freeze
      takes no more events, and writes what a flight recording has kept to its file. To be stopped
      all the same.
  ddirec stop [--wait-ms N]
      restores every pointer and closes the trace, after waiting at most N ms (2000) for threads to
      leave recorded calls.

DRIVER of run; those that are loaded are loaded in the order given, and unloaded in reverse:
  --target PATH\X.sys  loads and records this file
  --service NAME       loads and records the driver of a service that is there
  --attach NAME        records a driver that is loaded already: the name of its service, or its own
  --before PATH\X.sys  loads this file before the recording starts, and does not record it

OPTION:
  --stack-depth N   frames of each stack, 0 to 64 (16)
  --all-imports     hook the C run-time's functions, too
  --ring-kib N      memory for each processor, a power of two, 64 to 65536 (4096)
  --flush-ms N      events are in the file after this time at the latest, 10 to 60000 (100)
  --flight MIB      keep the newest events only, so much of them after compression, 1 to 1024, in
                    memory; the file has them when the recording is frozen or stopped
  --wait-ms N       as for stop
  --limit-ms N      run: how long to wait for the target's DriverEntry and its DriverUnload
                    (20000). One that takes longer goes on, but nobody waits for it

Exit codes:
  0   done; the trace is complete
  2   wrong usage
  3   the trace has gaps: events were lost, the disk was full, or a thread was still inside a call
  10  the recorder can't be installed, loaded, or asked
  11  the target can't be installed or loaded
  12  the program can't be started, or ended with another code than 0
  13  the target doesn't unload
  14  the driver has crashed, and under Wine its kernel with it; the trace reaches up to there
run goes on after 12 and 13 as far as it can, and ends with the first code that isn't 0, or with 14.
)";

namespace {

constexpr unsigned kLimitMsMax = 600 * 1000;

[[noreturn]] void fail(const std::string& message) {
  throw Failure(Exit::usage, message + "; see: ddirec --help");
}

class Words {
 public:
  explicit Words(const std::vector<std::wstring>& words) : words_(words) {}

  bool at_end() const { return next_ == words_.size(); }
  const std::wstring& take() { return words_[next_++]; }

  const std::wstring& take_value(const std::wstring& option) {
    if (at_end()) fail(to_utf8(option) + " wants a value");
    return take();
  }

  unsigned take_number(const std::wstring& option, unsigned min, unsigned max) {
    const std::wstring& text = take_value(option);
    unsigned value = 0;
    bool is_number = !text.empty() && text.size() <= 9;
    for (const wchar_t c : text) {
      is_number = is_number && c >= L'0' && c <= L'9';
      value = value * 10 + static_cast<unsigned>(c - L'0');
    }
    if (!is_number || value < min || value > max) {
      fail(to_utf8(option) + " wants a number from " + std::to_string(min) + " to " +
           std::to_string(max) + ", not " + to_utf8(text));
    }
    return value;
  }

 private:
  const std::vector<std::wstring>& words_;
  std::size_t next_ = 0;
};

Command command_named(const std::wstring& name) {
  if (name == L"start") return Command::start;
  if (name == L"freeze") return Command::freeze;
  if (name == L"stop") return Command::stop;
  if (name == L"status") return Command::status;
  if (name == L"load") return Command::load;
  if (name == L"unload") return Command::unload;
  if (name == L"run") return Command::run;
  if (name == L"--help" || name == L"-h" || name == L"help") return Command::help;
  fail(to_utf8(name) + ": no such command");
}

bool take_driver(CommandLine& line, const std::wstring& option, Words& words) {
  using How = DriverWord::How;
  if (option == L"--target") {
    line.drivers.push_back({How::load_file, words.take_value(option)});
  } else if (option == L"--service") {
    line.drivers.push_back({How::load_service, words.take_value(option)});
  } else if (option == L"--attach") {
    line.drivers.push_back({How::attach, words.take_value(option)});
  } else if (option == L"--before") {
    line.before.push_back({How::load_file, words.take_value(option)});
  } else {
    return false;
  }
  return true;
}

bool take_recording_option(CommandLine& line, const std::wstring& option, Words& words) {
  StartOptions& options = line.options;
  if (option == L"--target" && line.command == Command::start) {
    line.targets.push_back(words.take_value(option));
  } else if (option == L"--out") {
    options.output = words.take_value(option);
  } else if (option == L"--stack-depth") {
    options.stack_depth = words.take_number(option, 0, kStackDepthMax);
  } else if (option == L"--ring-kib") {
    options.ring_kib = words.take_number(option, kRingKibMin, kRingKibMax);
  } else if (option == L"--flush-ms") {
    options.flush_ms = words.take_number(option, kFlushMsMin, kFlushMsMax);
  } else if (option == L"--flight") {
    options.flight_mib = words.take_number(option, 1, kFlightMibMax);
  } else if (option == L"--all-imports") {
    options.all_imports = true;
  } else if (option == L"--recorder" && line.command == Command::run) {
    line.recorder = words.take_value(option);
  } else {
    return false;
  }
  return true;
}

void take_option(CommandLine& line, const std::wstring& option, Words& words) {
  const bool records = line.command == Command::start || line.command == Command::run;
  const bool stops = line.command == Command::stop || line.command == Command::run;
  const bool loads = line.command == Command::load || line.command == Command::unload ||
                     line.command == Command::run;
  if (line.command == Command::run && take_driver(line, option, words)) return;
  if (records && take_recording_option(line, option, words)) return;
  if (stops && option == L"--wait-ms") {
    line.wait_ms = words.take_number(option, 0, kStopWaitMsMax);
  } else if (loads && option == L"--limit-ms") {
    line.limit_ms = words.take_number(option, 1, kLimitMsMax);
  } else if (line.command == Command::status && option == L"--json") {
    line.json = true;
  } else {
    fail(to_utf8(option) + ": not understood here");
  }
}

void check(const CommandLine& line) {
  const bool records = line.command == Command::start || line.command == Command::run;
  const bool names_service = line.command == Command::load || line.command == Command::unload;
  if (records && line.targets.empty() && line.drivers.empty()) fail("--target is missing");
  if (records && line.options.output.empty()) fail("--out is missing");
  if (records && (line.options.ring_kib & (line.options.ring_kib - 1)) != 0) {
    fail("--ring-kib wants a power of two");
  }
  if (line.command == Command::run && line.recorder.empty()) fail("--recorder is missing");
  if (names_service && line.service.empty()) fail("the service's name is missing");
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::wstring>& arguments) {
  CommandLine line;
  Words words(arguments);
  if (words.at_end()) fail("what is to be done?");
  line.command = command_named(words.take());
  const bool names_service = line.command == Command::load || line.command == Command::unload;
  while (line.command != Command::help && !words.at_end()) {
    const std::wstring word = words.take();
    if (word == L"--" && line.command == Command::run) {
      while (!words.at_end()) line.program.push_back(words.take());
    } else if (names_service && line.service.empty() && !word.starts_with(L"-")) {
      line.service = word;
    } else {
      take_option(line, word, words);
    }
  }
  check(line);
  return line;
}

}  // namespace ddireplay::recorder::control
