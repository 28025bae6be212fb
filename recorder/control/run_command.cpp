#include "recorder/control/run_command.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include "recorder/control/driver_service.h"
#include "recorder/control/recorder_device.h"
#include "recorder/control/run_driver.h"
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

using RunDrivers = std::vector<std::unique_ptr<RunDriver>>;

// What several drivers may take together.
class Deadline {
 public:
  explicit Deadline(unsigned limit_ms) : end_(GetTickCount64() + limit_ms) {}
  unsigned left_ms() const {
    const ULONGLONG now = GetTickCount64();
    return now < end_ ? static_cast<unsigned>(end_ - now) : 0;
  }

 private:
  ULONGLONG end_;
};

class Run {
 public:
  explicit Run(const CommandLine& line)
      : line_(line), recorder_path_(full_path(line.recorder)), options_(line.options) {
    options_.output = full_path(line.options.output);
  }

  Exit run() {
    // What was begun is taken back whatever happens in between.
    step("boot", "system", require_service_manager);
    if (ok()) step("install", "ddirec", [this] { install(); });
    if (ok()) step("start", "recording", [this] { start_recording(); });
    if (recording_) {
      step("load", names(), [this] { load(); });
      if (ok() && !line_.program.empty()) {
        step("run", to_utf8(line_.program[0]), [this] { run_program(); });
      }
      if (any_loaded(drivers_)) step("unload", names(), [this] { unload_in_reverse(drivers_); });
      if (!crashed()) step("stop", "recording", [this] { stop_recording(); });
    }
    if (recorder_service_ && !crashed()) step("remove", "services", [this] { remove(); });
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

  static bool any_loaded(const RunDrivers& drivers) {
    return std::ranges::any_of(drivers, [](const auto& driver) { return driver->is_loaded(); });
  }

  std::string names() const {
    std::string names;
    for (const auto& driver : drivers_) {
      names += (names.empty() ? "" : ", ") + to_utf8(driver->file_name());
    }
    return names;
  }

  void install() {
    require_file(recorder_path_, Exit::recorder_failed);
    for (const DriverWord& word : line_.before)
      before_.push_back(std::make_unique<RunDriver>(word));
    for (const DriverWord& word : line_.drivers) {
      drivers_.push_back(std::make_unique<RunDriver>(word));
    }
    recorder_service_.emplace(L"ddirec", recorder_path_, Exit::recorder_failed, group_to_join());
    recorder_service_->start();
    device_.emplace();
    load_in_order(before_);
  }

  // Under Wine the recorder must be in the process of what it attaches to.
  std::wstring group_to_join() const {
    for (const auto& driver : drivers_) {
      if (driver->is_attached_to() && !driver->group().empty()) return driver->group();
    }
    return {};
  }

  void start_recording() {
    for (const auto& driver : drivers_) {
      options_.targets.push_back({driver->file_name(), driver->service()});
    }
    const std::int32_t status = device_->start(options_);
    if (status < 0) {
      throw Failure(
          Exit::recorder_failed,
          to_utf8(options_.output) + ": the recording can't be started: " + status_text(status));
    }
    recording_ = true;
  }

  void load() {
    require_attached();
    load_in_order(drivers_);
    if (device_->status().targets_loaded >= drivers_.size()) return;
    throw Failure(Exit::load_failed, names() +
                                         ": loaded, but not all of it was seen by the "
                                         "recorder; is an image named otherwise?");
  }

  void require_attached() {
    const auto is_attached_to = [](const auto& driver) { return driver->is_attached_to(); };
    const auto wanted = std::ranges::count_if(drivers_, is_attached_to);
    const StatusReply status = device_->status();
    if (static_cast<std::int64_t>(status.targets_loaded) >= wanted) return;
    throw Failure(Exit::load_failed,
                  names() + ": can't be attached to: " +
                      (status.on_wine != 0
                           ? "not loaded in the recorder's process; under Wine only drivers whose "
                             "services have the same load order group share one"
                           : "not loaded"));
  }

  void load_in_order(const RunDrivers& drivers) {
    const Deadline deadline(line_.limit_ms);
    for (const auto& driver : drivers) {
      if (!driver->is_attached_to()) driver->load(*device_, deadline.left_ms());
    }
  }

  // A driver whose upper neighbour stays must stay, too.
  void unload_in_reverse(const RunDrivers& drivers) {
    const Deadline deadline(line_.limit_ms);
    for (auto driver = drivers.rbegin(); driver != drivers.rend(); ++driver) {
      if ((*driver)->is_loaded()) (*driver)->unload(*device_, deadline.left_ms());
    }
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

  void stop_recording() {
    const std::int32_t status = device_->stop(line_.wait_ms);
    if (status < 0) {
      throw Failure(Exit::recorder_failed,
                    "the recording can't be stopped: " + status_text(status));
    }
    check_totals(*device_);
  }

  void remove() {
    for (const auto& driver : drivers_) driver->remove();
    if (!any_loaded(drivers_)) unload_in_reverse(before_);
    for (const auto& driver : before_) driver->remove();
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
  StartOptions options_;
  std::optional<DriverService> recorder_service_;
  RunDrivers before_;
  RunDrivers drivers_;
  std::optional<RecorderDevice> device_;
  bool recording_ = false;
  Exit result_ = Exit::ok;
};

}  // namespace

Exit run(const CommandLine& line) { return Run(line).run(); }

}  // namespace ddireplay::recorder::control
