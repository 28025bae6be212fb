// The rules of one recording: follows the recorder's control program from step to step, keeps each
// to its time, and finds out what became of the driver.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tools/record/crash.h"
#include "tools/record/step.h"
#include "tools/record/wine_run.h"

namespace ddireplay::tools::record {

// How long things may take. After the first thing that goes wrong there is little left to wait for.
struct TimeLimits {
  std::chrono::seconds program;
  std::chrono::seconds step;     // any other
  std::chrono::seconds wrap_up;  // any, once something went wrong
  std::chrono::seconds overall;
};

// From the one number that the user gives: the program's limit.
TimeLimits time_limits(std::chrono::seconds program);

// What became of it. More than one thing may have gone wrong.
struct SessionOutcome {
  RunEnd end;
  Step step = Step::boot;              // the last that was begun
  std::set<Step> failed;               // as ddirec.exe says; it has said why
  std::optional<Step> hung_in;         // the step that went beyond its limit, and all was ended
  bool program_timed_out = false;      // the program was ended
  std::vector<std::uint64_t> busy_at;  // instruction pointers in driver hosts, when something hung
  bool system_failed = false;          // Wine did not come up, or could not start the recorder
  std::optional<std::uint32_t> program_exit;
  std::optional<Step> stopped_in;               // the step in which it was first asked to stop
  std::optional<Step> crashed_in;               // the step in which the driver's host process died
  std::vector<std::pair<Step, Crash>> crashes;  // what Wine said; maybe not the host's

  // The step that did not go well first; where all went well, the last that was begun.
  Step last_reached() const { return crashed_in.value_or(failed.empty() ? step : *failed.begin()); }
};

class SessionWatcher : public RunWatcher {
 public:
  struct Listener {
    std::function<void(Step)> on_step;                   // it begins
    std::function<void(std::string_view)> on_output;     // of the program, or of Wine
    std::function<void(std::string_view)> on_complaint;  // of ddirec.exe
    // Asked when something does not come to an end: where drivers are busy.
    std::function<std::vector<std::uint64_t>()> busy_at;
    // Asked when the recording has begun: the process that hosts recorder and driver; 0: not known.
    std::function<pid_t()> find_host;
    // To end the program under test; all but the control program, whose id is given.
    std::function<void(pid_t control)> end_program;
  };

  SessionWatcher(const TimeLimits& limits, bool has_program, Listener listener);

  void on_start(pid_t control) override;
  void on_line(Stream stream, std::string_view line) override;
  void on_process_ended(pid_t process) override;
  Clock::time_point deadline() const override { return std::min(step_deadline_, last_deadline_); }
  bool on_deadline() override;
  bool on_stop_request() override;

  SessionOutcome outcome(const RunEnd& end) const;

 private:
  void on_control_line(std::string_view line);
  void on_error_line(std::string_view line);
  void on_step_failed(Step step);
  void begin_step(Step step);
  std::chrono::seconds limit_of(Step step) const;
  void end_program();
  void something_went_wrong();

  TimeLimits limits_;
  bool has_program_;
  Listener listener_;
  pid_t control_ = 0;
  pid_t host_ = 0;
  Clock::time_point step_deadline_;
  Clock::time_point last_deadline_;
  bool trouble_ = false;
  SessionOutcome outcome_;
};

}  // namespace ddireplay::tools::record
