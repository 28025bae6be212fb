#include "tools/symbols/apart.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <system_error>

namespace ddireplay::tools {
namespace {

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 64 * 1024> buffer;
  while (true) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

// A crash here is an answer, and nobody else's affair.
void become_quiet(unsigned processor_seconds) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) {
    ::signal(signal, SIG_DFL);
  }
  const rlimit no_core = {0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const rlimit time = {processor_seconds, processor_seconds};
  ::setrlimit(RLIMIT_CPU, &time);
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (nowhere >= 0) ::dup2(nowhere, STDERR_FILENO);
}

[[noreturn]] void work_and_exit(const std::function<std::string()>& work, int out,
                                unsigned processor_seconds) {
  become_quiet(processor_seconds);
  bool is_done = false;
  try {
    is_done = write_all(out, work());
  } catch (const std::exception&) {
  }
  ::_exit(is_done ? 0 : 1);
}

}  // namespace

std::optional<std::string> run_apart(const std::function<std::string()>& work,
                                     unsigned processor_seconds) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category());
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(pipe[0]);
    work_and_exit(work, pipe[1], processor_seconds);
  }
  const int fork_error = errno;
  ::close(pipe[1]);
  std::string text = child > 0 ? read_all(pipe[0]) : "";
  ::close(pipe[0]);
  if (child < 0) throw std::system_error(fork_error, std::generic_category());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return std::nullopt;
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return text;
}

}  // namespace ddireplay::tools
