#include "tools/record/busy_threads.h"

#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <optional>

#include "tools/record/process_tree.h"

namespace ddireplay::tools::record {
namespace {

// A thread that is held still for as long as this lives.
class StoppedThread {
 public:
  explicit StoppedThread(pid_t thread) : thread_(thread) {
    attached_ = ::ptrace(PTRACE_SEIZE, thread, nullptr, nullptr) == 0;
    if (!attached_ || ::ptrace(PTRACE_INTERRUPT, thread, nullptr, nullptr) != 0) return;
    int status = 0;
    stopped_ = ::waitpid(thread, &status, __WALL) == thread && WIFSTOPPED(status);
  }
  StoppedThread(const StoppedThread&) = delete;
  StoppedThread& operator=(const StoppedThread&) = delete;
  ~StoppedThread() {
    if (attached_) ::ptrace(PTRACE_DETACH, thread_, nullptr, nullptr);
  }

  std::optional<std::uint64_t> instruction_pointer() const {
    user_regs_struct registers;
    if (!stopped_ || ::ptrace(PTRACE_GETREGS, thread_, nullptr, &registers) != 0) {
      return std::nullopt;
    }
    return registers.rip;
  }

 private:
  pid_t thread_;
  bool attached_ = false;
  bool stopped_ = false;
};

}  // namespace

std::vector<std::uint64_t> busy_driver_threads() {
  std::vector<std::uint64_t> pointers;
  for (const Process& process : descendants()) {
    if (process.name != kDriverHost) continue;
    for (const pid_t thread : running_threads(process.id)) {
      const auto pointer = StoppedThread(thread).instruction_pointer();
      if (pointer) pointers.push_back(*pointer);
    }
  }
  return pointers;
}

}  // namespace ddireplay::tools::record
