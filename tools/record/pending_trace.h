// The trace while it is written: OUT.partial, which becomes OUT only when it can be read.
#pragma once

#include <filesystem>

#include "tools/process/unique_fd.h"

namespace ddireplay::tools::record {

class PendingTrace {
 public:
  // Makes OUT.partial, empty, and locks it: of two recordings to one OUT the second is refused, and
  // what a killed one has left is not touched. Throws format::Error.
  explicit PendingTrace(const std::filesystem::path& output);
  PendingTrace(const PendingTrace&) = delete;
  PendingTrace& operator=(const PendingTrace&) = delete;
  // Unless kept, OUT.partial goes, and an older OUT is as it was: it is a recording that somebody
  // made.
  ~PendingTrace();

  const std::filesystem::path& path() const { return partial_; }
  // OUT.partial is OUT now. Throws format::Error.
  void keep();

 private:
  std::filesystem::path output_;
  std::filesystem::path partial_;
  UniqueFd fd_;
  bool kept_ = false;
};

}  // namespace ddireplay::tools::record
