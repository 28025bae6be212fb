// How a command fails: one line for people, one exit code for scripts.
#pragma once

#include <stdexcept>
#include <string>

namespace ddireplay::recorder::control {

enum class Exit : int {
  ok = 0,
  usage = 2,
  incomplete = 3,        // the trace is there, but has gaps or was not closed in order
  recorder_failed = 10,  // the recorder can't be installed, started, or asked
  load_failed = 11,      // the target can't be installed or loaded
  program_failed = 12,   // the program can't be started, or ended with another code than 0
  unload_failed = 13,    // the target doesn't unload
  crashed = 14,          // the kernel's host has gone, and the recorder with it (Wine)
};

class Failure : public std::runtime_error {
 public:
  Failure(Exit code, const std::string& message) : std::runtime_error(message), code_(code) {}
  Exit code() const { return code_; }

 private:
  Exit code_;
};

}  // namespace ddireplay::recorder::control
