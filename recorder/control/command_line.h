// What stands on ddirec.exe's command line.
#pragma once

#include <string>
#include <vector>

#include "recorder/control/recorder_device.h"

namespace ddireplay::recorder::control {

enum class Command { help, start, freeze, stop, status, load, unload, run };

// A driver, as it is named on the command line of `run`.
struct DriverWord {
  enum class How { load_file, load_service, attach };
  How how;
  std::wstring text;  // path, name of the service, name of the service or the module
};

struct CommandLine {
  Command command = Command::help;
  StartOptions options;               // without targets
  std::vector<std::wstring> targets;  // start: names or paths
  std::vector<DriverWord> drivers;    // run: to be recorded
  std::vector<DriverWord> before;     // run: loaded first, and not recorded
  std::wstring recorder;              // run: path of ddirec.sys
  std::wstring service;               // load, unload
  std::vector<std::wstring> program;  // run: with its arguments
  unsigned wait_ms = 2000;            // stop: for threads to leave recorded calls
  unsigned limit_ms = 20000;          // load, unload, run: for DriverEntry and DriverUnload
  bool json = false;
};

// Throws Failure (usage).
CommandLine parse_command_line(const std::vector<std::wstring>& arguments);

extern const char kHelp[];

}  // namespace ddireplay::recorder::control
