#include "tools/debugger/forked_run.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>

#include "tools/debugger/run_server.h"

namespace ddireplay::tools {
namespace {

[[noreturn]] void fail_to_start(const std::string& why) {
  throw format::Error("no further process is to be had: " + why);
}

// The new process has nothing to say but to its front. A pipe that the front wrote to would
// otherwise stay open for as long as a copy runs, and ^C at the prompt would end all copies.
void leave_terminal() {
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (nowhere >= 0) {
    ::dup2(nowhere, STDIN_FILENO);
    ::dup2(nowhere, STDOUT_FILENO);
    ::close(nowhere);
  }
  for (const int signal : {SIGINT, SIGQUIT}) std::signal(signal, SIG_IGN);
}

void wait_for_children() {
  while (::waitpid(-1, nullptr, 0) >= 0 || errno == EINTR) {
  }
}

// The life of the first process. Copies of copies become its children when their parents end, and
// it outlives all: so the front knows that none is left when this one has ended.
[[noreturn]] void live_as_root(Channel channel, const MakeRun& make) {
  leave_terminal();
  std::signal(SIGCHLD, SIG_IGN);  // copies that end need nobody to ask how
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  const bool is_root = serve_run(channel, make);
  channel.close();
  if (is_root) wait_for_children();
  // No destructors and no buffers: these are the front's.
  ::_exit(0);
}

}  // namespace

RunLost::RunLost(bool at_work)
    : format::Error(
          "the process that held the World at this position has ended: it was killed, "
          "or ran out of memory, or crashed; the next command makes a new one"),
      at_work_(at_work) {}

void ForkedRun::lose(bool at_work) {
  is_lost_ = true;
  throw RunLost(at_work);
}

ForkedRun ForkedRun::start(const MakeRun& make) {
  auto [ours, theirs] = Channel::make_pair();
  const pid_t process = ::fork();
  if (process < 0) fail_to_start(std::strerror(errno));
  if (process == 0) {
    ours.close();
    live_as_root(std::move(theirs), make);
  }
  theirs.close();
  ForkedRun run(std::move(ours), process, 0);
  try {
    run.reply();
  } catch (const format::Error&) {
    run.end_and_wait();
    throw;
  }
  return run;
}

// The answer to the last request.
Message ForkedRun::reply() {
  std::optional<Message> message = channel_.receive();
  if (!message) lose(true);
  if (message->kind == MessageKind::failed) {
    throw format::Error(message->text, static_cast<format::ExitStatus>(message->status));
  }
  return std::move(*message);
}

Message ForkedRun::request(MessageKind kind, std::string_view text) {
  if (channel_.other_end_is_gone()) lose(false);
  if (!channel_.send({.kind = kind, .text = std::string(text)})) lose(true);
  return reply();
}

ForkedRun ForkedRun::copy() {
  Message message = request(MessageKind::copy, {});
  if (!message.descriptor) fail_to_start("too many files are open");
  pid_t process = 0;
  std::from_chars(message.text.data(), message.text.data() + message.text.size(), process);
  return {Channel(std::move(message.descriptor)), process, position_};
}

void ForkedRun::advance_to(std::uint64_t position) {
  if (position == position_) return;
  request(MessageKind::advance, std::to_string(position));
  position_ = position;
}

std::string ForkedRun::answer(std::string_view question) {
  return request(MessageKind::answer, question).text;
}

void ForkedRun::rest() { request(MessageKind::rest, {}); }

void ForkedRun::end_and_wait() {
  channel_.close();
  while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace ddireplay::tools
