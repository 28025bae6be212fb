// One Windows program under Wine, watched from its start to the end of the last process of its
// session.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "tools/record/signal_queue.h"

namespace ddireplay::tools::record {

enum class Stream { out, err };

// Who decides, while a program runs, what is to become of it.
class RunWatcher {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~RunWatcher() = default;
  virtual void on_start(pid_t) {}
  virtual void on_line(Stream stream, std::string_view line) = 0;
  // Another process of the session has ended.
  virtual void on_process_ended(pid_t) {}
  // When on_deadline() is to be called; asked for after every event.
  virtual Clock::time_point deadline() const = 0;
  // Whether to go on; otherwise everything is ended.
  virtual bool on_deadline() = 0;
  // The same for each request to stop, also for those from before the start.
  virtual bool on_stop_request() = 0;
};

struct RunEnd {
  enum class Kind { exited, killed, out_of_time, stop_requested };
  Kind kind = Kind::exited;
  int exit_status = 0;  // the low byte of the Windows exit code; only where it exited
};

// Runs `command` and returns when it has ended or was given up. What else runs in its session
// stays: end_descendants() is the caller's. Throws format::Error when it can't be started.
RunEnd run_watched(const std::vector<std::string>& command,
                   const std::vector<std::string>& environment, RunWatcher& watcher,
                   SignalQueue& signals);

}  // namespace ddireplay::tools::record
