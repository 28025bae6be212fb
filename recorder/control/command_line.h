// What stands on ddirec.exe's command line.
#pragma once

#include <string>
#include <vector>

#include "recorder/control/recorder_device.h"

namespace ddireplay::recorder::control {

enum class Command { help, start, stop, status, load, unload, run };

struct CommandLine {
  Command command = Command::help;
  StartOptions options;               // targets: as given, names or paths
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
