// A computation that only goes forward, in a process of its own: so it can be copied where it
// stands, by fork, without its objects knowing how to copy themselves. The kernel copies a page
// when one of the two writes to it.
//
// Every process of a tree of copies holds one end of a connection to the front, the process that
// started the tree, and nothing else of it. It waits there for what to do, and ends when the front
// closes its end, or is gone for whatever reason: no process outlives its front by more than the
// work of a few milliseconds.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "format/error.h"
#include "tools/process/channel.h"

namespace ddireplay::tools {

// What goes forward. It may throw format::Error; the front's caller gets it.
class Run {
 public:
  virtual ~Run() = default;
  virtual void advance_to(std::uint64_t position) = 0;  // never back
  virtual std::string answer(std::string_view question) = 0;
  virtual void rest() = 0;  // gives back what memory it can: nothing is asked soon
};

// Called in the new process. What it refers to is the front's memory as it was at the fork.
using MakeRun = std::function<std::unique_ptr<Run>()>;

// The process is gone that should have answered: killed, or it crashed.
class RunLost : public format::Error {
 public:
  explicit RunLost(bool at_work);
  // What it was asked to do may have been the cause; else it was gone before it was asked.
  bool was_at_work() const { return at_work_; }

 private:
  bool at_work_;
};

// One process, seen from the front. Destruction lets it end.
class ForkedRun {
 public:
  // At position 0, as a child of the caller, which must have one thread only and standard output
  // flushed. Throws format::Error.
  static ForkedRun start(const MakeRun& make);

  // A further process that stands where this one does. Throws RunLost; format::Error where no
  // process is to be had.
  ForkedRun copy();
  // Throw RunLost, and what the run throws. A run that threw in advance_to() is to be dropped.
  void advance_to(std::uint64_t position);
  std::string answer(std::string_view question);
  void rest();

  std::uint64_t position() const { return position_; }
  bool is_lost() const { return is_lost_; }
  pid_t process() const { return process_; }

  // Of the one that was started, when all copies have been let go: returns when it and all copies
  // are gone.
  void end_and_wait();

 private:
  ForkedRun(Channel channel, pid_t process, std::uint64_t position)
      : channel_(std::move(channel)), process_(process), position_(position) {}
  Message request(MessageKind kind, std::string_view text);
  Message reply();
  [[noreturn]] void lose(bool at_work);

  Channel channel_;
  pid_t process_;
  std::uint64_t position_;
  bool is_lost_ = false;
};

}  // namespace ddireplay::tools
