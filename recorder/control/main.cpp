// ddirec.exe: drives ddirec.sys.
#include <windows.h>

#include <cstdio>

#include "recorder/control/command_line.h"
#include "recorder/control/failure.h"
#include "recorder/control/recorder_device.h"
#include "recorder/control/run_command.h"
#include "recorder/control/status_command.h"
#include "recorder/control/status_name.h"
#include "recorder/control/text.h"

namespace {

using namespace ddireplay::recorder::control;

void require(std::int32_t status, Exit code, const std::string& what) {
  if (status < 0) throw Failure(code, what + ": " + status_text(status));
}

void start(const CommandLine& line) {
  StartOptions options = line.options;
  options.output = full_path(options.output);
  for (const std::wstring& target : line.targets)
    options.targets.push_back({file_name(target), {}});
  RecorderDevice device;
  require(device.start(options), Exit::recorder_failed,
          to_utf8(options.output) + ": the recording can't be started");
}

void stop(const CommandLine& line) {
  RecorderDevice device;
  require(device.stop(line.wait_ms), Exit::recorder_failed, "the recording can't be stopped");
  check_totals(device);
}

Exit execute(const CommandLine& line) {
  switch (line.command) {
    case Command::help:
      std::fputs(kHelp, stdout);
      break;
    case Command::start:
      start(line);
      break;
    case Command::freeze:
      require(RecorderDevice().freeze(), Exit::recorder_failed, "nothing can be frozen");
      break;
    case Command::stop:
      stop(line);
      break;
    case Command::status: {
      RecorderDevice device;
      print_status(device, line.json);
      break;
    }
    case Command::load:
      require_done(RecorderDevice().load(line.service, line.limit_ms), Exit::load_failed,
                   to_utf8(line.service) + ": can't be loaded");
      break;
    case Command::unload:
      require_done(RecorderDevice().unload(line.service, line.limit_ms), Exit::unload_failed,
                   to_utf8(line.service) + ": doesn't unload");
      break;
    case Command::run:
      return run(line);
  }
  return Exit::ok;
}

}  // namespace

int main() {
  // The system's own UTF-16, not what the C library makes of it in some code page.
  int count = 0;
  wchar_t** words = CommandLineToArgvW(GetCommandLineW(), &count);
  try {
    return static_cast<int>(execute(parse_command_line({words + 1, words + count})));
  } catch (const Failure& failure) {
    std::fprintf(stderr, "ddirec: %s\n", failure.what());
    return static_cast<int>(failure.code());
  }
}
