#include "tools/record/signal_queue.h"

#include <sys/signalfd.h>

#include "tools/record/fail.h"

namespace ddireplay::tools::record {

SignalQueue::SignalQueue() {
  sigset_t queued;
  sigemptyset(&queued);
  for (const int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP}) sigaddset(&queued, signal);
  sigprocmask(SIG_BLOCK, &queued, &previous_mask_);
  fd_ = UniqueFd(::signalfd(-1, &queued, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_) {
    sigprocmask(SIG_SETMASK, &previous_mask_, nullptr);
    fail_errno("signals cannot be queued");
  }
}

SignalQueue::~SignalQueue() {
  // What arrived too late to be looked at must not strike now: the work is done.
  stop_requests();
  sigprocmask(SIG_SETMASK, &previous_mask_, nullptr);
}

int SignalQueue::stop_requests() {
  signalfd_siginfo info;
  while (::read(fd_.get(), &info, sizeof(info)) == sizeof(info)) {
    if (info.ssi_signo != SIGCHLD) ++stop_requests_;
  }
  return stop_requests_;
}

}  // namespace ddireplay::tools::record
