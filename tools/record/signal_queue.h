// The signals that matter to a recording, as something that poll() can wait for.
#pragma once

#include <csignal>

#include "tools/process/unique_fd.h"

namespace ddireplay::tools::record {

// While it lives, a child's end and requests to stop (SIGINT, SIGTERM, SIGHUP) are queued instead
// of delivered, so that what needs removing can be removed. One at a time, in a process of one
// thread.
class SignalQueue {
 public:
  SignalQueue();
  SignalQueue(const SignalQueue&) = delete;
  SignalQueue& operator=(const SignalQueue&) = delete;
  ~SignalQueue();

  int fd() const { return fd_.get(); }
  // Empties the queue. How many requests to stop it has held so far.
  int stop_requests();

 private:
  sigset_t previous_mask_;
  UniqueFd fd_;
  int stop_requests_ = 0;
};

}  // namespace ddireplay::tools::record
