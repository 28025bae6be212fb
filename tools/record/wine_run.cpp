#include "tools/record/wine_run.h"

#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <optional>

#include "tools/record/child.h"
#include "tools/record/fail.h"
#include "tools/record/line_splitter.h"
#include "tools/record/process_tree.h"

namespace ddireplay::tools::record {
namespace {

using Clock = RunWatcher::Clock;

// One of the program's outputs.
class Output {
 public:
  Output(UniqueFd fd, Stream stream) : fd_(std::move(fd)), stream_(stream) {}

  int fd() const { return fd_.get(); }

  // Takes what is there now.
  void read_available(RunWatcher& watcher) {
    std::array<char, 16 * 1024> buffer;
    while (fd_) {
      const ssize_t size = ::read(fd_.get(), buffer.data(), buffer.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0 && errno == EAGAIN) return;
      if (size <= 0) {
        fd_.reset();
        return;
      }
      lines_.feed(std::string_view(buffer.data(), static_cast<std::size_t>(size)),
                  [&](std::string_view line) { watcher.on_line(stream_, line); });
    }
  }

  void finish(RunWatcher& watcher) {
    read_available(watcher);
    lines_.finish([&](std::string_view line) { watcher.on_line(stream_, line); });
  }

 private:
  UniqueFd fd_;
  Stream stream_;
  LineSplitter lines_;
};

class Run {
 public:
  Run(Child child, RunWatcher& watcher, SignalQueue& signals)
      : id_(child.id),
        out_(std::move(child.out), Stream::out),
        err_(std::move(child.err), Stream::err),
        watcher_(watcher),
        signals_(signals) {}

  RunEnd watch() {
    watcher_.on_start(id_);
    std::optional<RunEnd> end;
    while (!end) end = next_event();
    // The program's last words; processes that outlive it may hold the pipes open.
    out_.finish(watcher_);
    err_.finish(watcher_);
    return *end;
  }

 private:
  std::optional<RunEnd> next_event() {
    wait_for_event();
    out_.read_available(watcher_);
    err_.read_available(watcher_);
    const bool go_on = heed_stop_requests();
    collect();
    if (wait_status_) return end_of(*wait_status_);
    if (!go_on) return RunEnd{RunEnd::Kind::stop_requested};
    if (Clock::now() >= watcher_.deadline() && !watcher_.on_deadline()) {
      return RunEnd{RunEnd::Kind::out_of_time};
    }
    return std::nullopt;
  }

  void wait_for_event() {
    std::array<pollfd, 3> watched = {pollfd{out_.fd(), POLLIN, 0}, pollfd{err_.fd(), POLLIN, 0},
                                     pollfd{signals_.fd(), POLLIN, 0}};
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(watcher_.deadline() - Clock::now());
    const auto limit = std::clamp<std::int64_t>(left.count(), 0, 3'600'000);
    if (::poll(watched.data(), watched.size(), static_cast<int>(limit)) < 0 && errno != EINTR) {
      fail_errno("a program's output cannot be waited for");
    }
  }

  bool heed_stop_requests() {
    for (const int requests = signals_.stop_requests(); stops_heeded_ < requests;) {
      ++stops_heeded_;
      if (!watcher_.on_stop_request()) return false;
    }
    return true;
  }

  void collect() {
    collect_ended([this](pid_t process, int status) {
      if (process == id_) {
        wait_status_ = status;
      } else {
        watcher_.on_process_ended(process);
      }
    });
  }

  static RunEnd end_of(int wait_status) {
    if (WIFEXITED(wait_status)) return {RunEnd::Kind::exited, WEXITSTATUS(wait_status)};
    return {RunEnd::Kind::killed};
  }

  pid_t id_;
  Output out_;
  Output err_;
  RunWatcher& watcher_;
  SignalQueue& signals_;
  int stops_heeded_ = 0;
  std::optional<int> wait_status_;
};

}  // namespace

RunEnd run_watched(const std::vector<std::string>& command,
                   const std::vector<std::string>& environment, RunWatcher& watcher,
                   SignalQueue& signals) {
  return Run(start_child(command, environment), watcher, signals).watch();
}

}  // namespace ddireplay::tools::record
