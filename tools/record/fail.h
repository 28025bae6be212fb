// How the parts of a recording report what stops it.
#pragma once

#include <fmt/format.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>

#include "format/error.h"

namespace ddireplay::tools::record {

// What the last system call says of its failure: "No space left on device".
inline std::string errno_text(int error = errno) { return std::generic_category().message(error); }

// What the user can mend before anything is started.
[[noreturn]] inline void refuse(const std::string& message) {
  throw format::Error(message, format::ExitStatus::usage);
}

// What ends a recording without a trace.
[[noreturn]] inline void fail(const std::string& message) {
  throw format::Error(message, format::ExitStatus::unreadable);
}

// The same after a failed system call: "PATH: cannot be written: No space left on device".
[[noreturn]] inline void fail_errno(std::string_view what, int error = errno) {
  fail(fmt::format("{}: {}", what, errno_text(error)));
}

}  // namespace ddireplay::tools::record
