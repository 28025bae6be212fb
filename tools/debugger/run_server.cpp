#include "tools/debugger/run_server.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <exception>
#include <optional>

namespace ddireplay::tools {
namespace {

// Between two looks at whether anyone still waits: some milliseconds.
constexpr std::uint64_t kSlice = 100'000;

Message failure_of(const std::exception& error) {
  return {.kind = MessageKind::failed,
          .status = static_cast<std::uint64_t>(format::ExitStatus::unreadable),
          .text = error.what()};
}

class RunServer {
 public:
  explicit RunServer(Channel& channel) : channel_(channel) {}

  bool serve(const MakeRun& make) {
    if (!channel_.send(guarded([&] { return begin(make); }))) return true;
    while (const std::optional<Message> request = channel_.receive()) {
      if (request->kind == MessageKind::copy) {
        if (!copy()) break;
      } else if (!channel_.send(guarded([&] { return obey(*request); }))) {
        break;
      }
    }
    return !is_copy_;
  }

 private:
  template <class Act>
  static Message guarded(Act act) {
    try {
      return act();
    } catch (const format::Error& error) {
      Message failure = failure_of(error);
      failure.status = static_cast<std::uint64_t>(error.status());
      return failure;
    } catch (const std::exception& error) {
      return failure_of(error);
    }
  }

  Message begin(const MakeRun& make) {
    run_ = make();
    return {};
  }

  Message obey(const Message& request) {
    if (request.kind == MessageKind::answer) return {.text = run_->answer(request.text)};
    if (request.kind == MessageKind::rest) {
      run_->rest();
      return {};
    }
    std::uint64_t position = position_;
    std::from_chars(request.text.data(), request.text.data() + request.text.size(), position);
    advance_to(position);
    return {};
  }

  void advance_to(std::uint64_t position) {
    while (position_ < position && !channel_.other_end_is_gone()) {
      const std::uint64_t next = std::min(position, position_ + kSlice);
      run_->advance_to(next);
      position_ = next;
    }
  }

  // In the copy, from here on the channel is the copy's. False where the front is gone.
  bool copy() {
    try {
      auto [front_end, copy_end] = Channel::make_pair();
      const pid_t process = ::fork();
      if (process == 0) {
        channel_ = std::move(copy_end);
        is_copy_ = true;
        return true;
      }
      if (process > 0) {
        return channel_.send({.text = std::to_string(process), .descriptor = front_end.release()});
      }
      throw format::Error(std::string("no further process is to be had: ") + std::strerror(errno));
    } catch (const std::exception& error) {
      return channel_.send(failure_of(error));
    }
  }

  Channel& channel_;
  std::unique_ptr<Run> run_;
  std::uint64_t position_ = 0;
  bool is_copy_ = false;
};

}  // namespace

bool serve_run(Channel& channel, const MakeRun& make) { return RunServer(channel).serve(make); }

}  // namespace ddireplay::tools
