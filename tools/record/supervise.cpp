#include "tools/record/supervise.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <vector>

#include "tools/record/fail.h"
#include "tools/record/process_tree.h"

namespace ddireplay::tools::record {
namespace {

[[noreturn]] void run_work(const std::function<int()>& work, pid_t supervisor) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  // It may have died before that was said.
  if (::getppid() != supervisor) ::_exit(static_cast<int>(format::ExitStatus::unreadable));
  // Away from the terminal: there Ctrl-C reaches the supervisor, which passes it on.
  ::setsid();
  ::signal(SIGPIPE, SIG_IGN);
  adopt_orphans();
  const int status = work();
  std::fflush(nullptr);
  ::_exit(status);
}

// Waits for the work's end and passes requests to stop on to it.
int wait_for_work(pid_t worker, const sigset_t& watched) {
  while (true) {
    int status = 0;
    const pid_t ended = ::waitpid(worker, &status, WNOHANG);
    if (ended == worker) return status;
    if (ended < 0) fail_errno("the recording's process is lost");
    const int signal = ::sigwaitinfo(&watched, nullptr);
    if (signal > 0 && signal != SIGCHLD) ::kill(worker, SIGTERM);
  }
}

}  // namespace

int supervise(const std::function<int()>& work) {
  sigset_t watched;
  sigset_t previous;
  sigemptyset(&watched);
  for (const int signal : {SIGCHLD, SIGINT, SIGTERM, SIGHUP}) sigaddset(&watched, signal);
  ::sigprocmask(SIG_BLOCK, &watched, &previous);
  adopt_orphans();
  std::fflush(nullptr);
  const pid_t supervisor = ::getpid();
  const pid_t worker = ::fork();
  if (worker < 0) fail_errno("no process can be started");
  if (worker == 0) {
    ::sigprocmask(SIG_SETMASK, &previous, nullptr);
    run_work(work, supervisor);
  }

  const int status = wait_for_work(worker, watched);
  end_descendants(std::chrono::seconds(5));
  ::sigprocmask(SIG_SETMASK, &previous, nullptr);
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  fail(fmt::format("the recording's process was killed by signal {}", WTERMSIG(status)));
}

}  // namespace ddireplay::tools::record
