#include "tools/record/file_lock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "tools/record/fail.h"

namespace ddireplay::tools::record {
namespace {

int operation_of(FileLock::Mode mode) { return mode == FileLock::Mode::shared ? LOCK_SH : LOCK_EX; }

UniqueFd open_lock(const std::filesystem::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) fail_errno(fmt::format("{}: cannot be opened", path.string()));
  return fd;
}

// Waits in a process of its own: the lock belongs to the open file, which both have, and the wait
// ends with SIGCHLD, which can be waited for together with a request to stop.
bool wait_for_lock(int fd, int operation, SignalQueue& signals) {
  const pid_t waiter = ::fork();
  if (waiter < 0) return false;
  if (waiter == 0) ::_exit(::flock(fd, operation) == 0 ? 0 : 1);
  int status = 0;
  while (true) {
    // Emptied before the waiter is looked at, so that its end is never slept through.
    if (signals.stop_requests() > 0) {
      ::kill(waiter, SIGKILL);
      ::waitpid(waiter, &status, 0);
      fail("stopped on request; nothing was recorded");
    }
    if (::waitpid(waiter, &status, WNOHANG) != 0) break;
    pollfd signal{.fd = signals.fd(), .events = POLLIN, .revents = 0};
    ::poll(&signal, 1, -1);
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& path, Mode mode) : fd_(open_lock(path)) {
  while (::flock(fd_.get(), operation_of(mode)) != 0) {
    if (errno != EINTR) fail_errno(fmt::format("{}: cannot be locked", path.string()));
  }
}

FileLock::FileLock(const std::filesystem::path& path, Mode mode, SignalQueue& signals,
                   const std::function<void()>& on_wait)
    : fd_(open_lock(path)) {
  const int operation = operation_of(mode);
  if (::flock(fd_.get(), operation | LOCK_NB) == 0) return;
  if (errno == EWOULDBLOCK) {
    on_wait();
    if (wait_for_lock(fd_.get(), operation, signals)) return;
  }
  fail_errno(fmt::format("{}: cannot be locked", path.string()));
}

}  // namespace ddireplay::tools::record
