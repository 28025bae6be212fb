#include "recorder/control/run_command.h"

#include <cstdio>
#include <optional>

#include "recorder/control/driver_service.h"
#include "recorder/control/recorder_device.h"
#include "recorder/control/status_command.h"
#include "recorder/control/status_name.h"
#include "recorder/control/text.h"

namespace ddireplay::recorder::control {

namespace {

constexpr unsigned kStopServiceMs = 10000;
constexpr unsigned kIdleMs = 500;
constexpr unsigned kPollMs = 10;

// A request that is answered still has its last instructions to go.
bool wait_until_idle(RecorderDevice& device) {
  for (unsigned waited = 0; waited < kIdleMs; waited += kPollMs) {
    const StatusReply status = device.status();
    if (status.state == State::idle && status.service_requests == 0) return true;
    Sleep(kPollMs);
  }
  return false;
}

class Run {
 public:
  explicit Run(const CommandLine& line)
      : line_(line),
        recorder_path_(full_path(line.recorder)),
        target_path_(full_path(line.options.targets[0])),
        target_name_(to_utf8(file_name(target_path_))) {
    options_ = line.options;
    options_.output = full_path(line.options.output);
    for (std::wstring& target : options_.targets) target = file_name(target);
  }

  Exit run() {
    // What was begun is taken back whatever happens in between.
    step("install", "ddirec", [this] { install_recorder(); });
    if (ok()) step("start", "recording", [this] { start_recording(); });
    if (recording_) {
      step("load", target_name_, [this] { load_target(); });
      if (loaded_ && !line_.program.empty()) {
        step("run", to_utf8(line_.program[0]), [this] { run_program(); });
      }
      if (loaded_) step("unload", target_name_, [this] { unload_target(); });
      if (!crashed()) step("stop", "recording", [this] { stop_recording(); });
    }
    if (recorder_service_ && !crashed()) step("remove", "services", [this] { remove_services(); });
    return result_;
  }

 private:
  bool ok() const { return result_ == Exit::ok; }
  // Then there is nobody left to ask, and the service manager knows nothing of it yet.
  bool crashed() const { return result_ == Exit::crashed; }

  template <class Action>
  void step(const char* verb, const std::string& object, const Action& action) {
    bool done = false;
    try {
      action();
      done = true;
    } catch (const Failure& failure) {
      std::fprintf(stderr, "ddirec: %s\n", failure.what());
      if (ok() || failure.code() == Exit::crashed) result_ = failure.code();
    }
    std::printf("step: %s %s %s\n", verb, object.c_str(), done ? "ok" : "failed");
    std::fflush(stdout);
  }

  static void require_file(const std::wstring& path, Exit code) {
    const DWORD attributes = GetFileAttributesW(path.c_str());
    if (attributes == INVALID_FILE_ATTRIBUTES || (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0) {
      throw Failure(code, to_utf8(path) + ": no such file");
    }
  }

  void install_recorder() {
    require_file(recorder_path_, Exit::recorder_failed);
    require_file(target_path_, Exit::load_failed);
    recorder_service_.emplace(L"ddirec", recorder_path_, Exit::recorder_failed);
    recorder_service_->start();
    device_.emplace();
  }

  void start_recording() {
    const std::int32_t status = device_->start(options_);
    if (status < 0) {
      throw Failure(
          Exit::recorder_failed,
          to_utf8(options_.output) + ": the recording can't be started: " + status_text(status));
    }
    recording_ = true;
  }

  void load_target() {
    target_service_.emplace(without_extension(file_name(target_path_)), target_path_,
                            Exit::load_failed);
    require_done(device_->load(target_service_->name(), line_.limit_ms), Exit::load_failed,
                 target_name_ + ": can't be loaded");
    loaded_ = true;
  }

  void run_program() {
    STARTUPINFOW startup = {};
    startup.cb = sizeof(startup);
    PROCESS_INFORMATION process = {};
    std::wstring command = quoted_command();
    const std::string name = to_utf8(line_.program[0]);
    if (!CreateProcessW(nullptr, command.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr,
                        &startup, &process)) {
      throw Failure(Exit::program_failed,
                    name + ": can't be started: " + error_text(GetLastError()));
    }
    WaitForSingleObject(process.hProcess, INFINITE);
    DWORD code = 0;
    GetExitCodeProcess(process.hProcess, &code);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    std::printf("program: exit code %lu\n", code);
    if (code != 0) {
      throw Failure(Exit::program_failed, name + ": ended with exit code " + std::to_string(code));
    }
  }

  void unload_target() {
    require_done(device_->unload(target_service_->name(), line_.limit_ms), Exit::unload_failed,
                 target_name_ + ": doesn't unload");
  }

  void stop_recording() {
    const std::int32_t status = device_->stop(line_.wait_ms);
    if (status < 0) {
      throw Failure(Exit::recorder_failed,
                    "the recording can't be stopped: " + status_text(status));
    }
    check_totals(*device_);
  }

  void remove_services() {
    if (target_service_) target_service_->remove();
    const bool in_use = device_ && !wait_until_idle(*device_);
    device_.reset();
    // A service that is removed while its driver is loaded goes when that does.
    recorder_service_->remove();
    if (!in_use) recorder_service_->stop(kStopServiceMs);
  }

  // As CommandLineToArgvW takes it apart again.
  std::wstring quoted_command() const {
    std::wstring command;
    for (const std::wstring& argument : line_.program) {
      if (!command.empty()) command += L' ';
      command += quoted(argument);
    }
    return command;
  }

  static std::wstring quoted(const std::wstring& argument) {
    if (!argument.empty() && argument.find_first_of(L" \t\"") == std::wstring::npos) {
      return argument;
    }
    std::wstring text = L"\"";
    std::size_t backslashes = 0;
    for (const wchar_t c : argument) {
      // Backslashes count double in front of a quote, and only there.
      if (c == L'"') text.append(backslashes + 1, L'\\');
      backslashes = c == L'\\' ? backslashes + 1 : 0;
      text += c;
    }
    text.append(backslashes, L'\\');
    return text + L'"';
  }

  const CommandLine& line_;
  std::wstring recorder_path_;
  std::wstring target_path_;
  std::string target_name_;
  StartOptions options_;
  std::optional<DriverService> recorder_service_;
  std::optional<DriverService> target_service_;
  std::optional<RecorderDevice> device_;
  bool recording_ = false;
  bool loaded_ = false;
  Exit result_ = Exit::ok;
};

}  // namespace

Exit run(const CommandLine& line) { return Run(line).run(); }

}  // namespace ddireplay::recorder::control
