// Work that may go wrong in ways that nobody can catch, such as a library's on hostile input: it is
// done in a forked copy of the process.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace ddireplay::tools {

// What `work` returns. Nothing where it crashed, threw, aborted, or took more than that much
// processor time. The copy has the calling thread alone and says nothing.
std::optional<std::string> run_apart(const std::function<std::string()>& work,
                                     unsigned processor_seconds);

}  // namespace ddireplay::tools
