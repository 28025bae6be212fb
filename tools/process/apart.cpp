#include "tools/process/apart.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <exception>
#include <system_error>

#include "tools/process/channel.h"

namespace ddireplay::tools {
namespace {

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

[[noreturn]] void work_and_exit(const std::function<std::string()>& work, Channel& channel,
                                unsigned processor_seconds) {
  become_quiet(processor_seconds);
  // Without a message it has failed: nobody asks how the process ended.
  try {
    channel.send({.text = work()});
  } catch (const std::exception&) {
  }
  ::_exit(0);
}

}  // namespace

std::optional<std::string> run_apart(const std::function<std::string()>& work,
                                     unsigned processor_seconds) {
  auto [ours, theirs] = Channel::make_pair();
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category());
  if (child == 0) {
    ours.close();
    work_and_exit(work, theirs, processor_seconds);
  }
  theirs.close();
  std::optional<Message> message = ours.receive();
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (!message) return std::nullopt;
  return std::move(message->text);
}

}  // namespace ddireplay::tools
