// What goes wrong with a trace, and the exit status that says so.
#pragma once

#include <stdexcept>
#include <string>

namespace ddireplay::format {

// Exit statuses of every command.
enum class ExitStatus : int {
  clean = 0,
  findings = 1,
  usage = 2,       // wrong usage
  incomplete = 3,  // the input was lossy or recovered: the verdict has gaps
  unreadable = 4,  // not a trace, or unreadable
};

// Thrown where a trace can't be read or written. The message names the file and the next step, and
// is one line without a final stop.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, ExitStatus status = ExitStatus::unreadable)
      : std::runtime_error(message), status_(status) {}
  ExitStatus status() const { return status_; }

 private:
  ExitStatus status_;
};

}  // namespace ddireplay::format
