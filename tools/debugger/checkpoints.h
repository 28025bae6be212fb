// Any position of a long run, soon: copies of it are left behind on the way, one each so many
// positions, and a position is reached from the nearest one in front of it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/debugger/forked_run.h"

namespace ddireplay::tools {

// Not thread-safe; see ForkedRun::start for what the process must be like.
class Checkpoints {
 public:
  // Nothing is started before the first question. `interval` isn't 0.
  Checkpoints(MakeRun make, std::uint64_t interval);
  Checkpoints(const Checkpoints&) = delete;
  Checkpoints& operator=(const Checkpoints&) = delete;
  ~Checkpoints();  // all processes are gone when it returns

  // What a run answers that stands at `position`. Throws what the run throws. A process that was
  // lost while it waited is replaced; RunLost is thrown where one is lost at work.
  std::string ask(std::uint64_t position, std::string_view question);

  // Of all runs; the one that answered last comes first.
  std::vector<pid_t> processes() const;

 private:
  void stand_at(std::uint64_t position);
  void leave_checkpoint();
  void drop_lost();
  void end();

  MakeRun make_;
  std::uint64_t interval_;
  std::map<std::uint64_t, ForkedRun> checkpoints_;  // by position; at 0 the one that was started
  std::optional<ForkedRun> worker_;                 // what answers
};

}  // namespace ddireplay::tools
