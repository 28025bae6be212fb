// A lock on a file, between processes. The kernel lets go of it when its holder dies.
#pragma once

#include <filesystem>
#include <functional>

#include "tools/process/unique_fd.h"
#include "tools/record/signal_queue.h"

namespace ddireplay::tools::record {

class FileLock {
 public:
  enum class Mode { shared, exclusive };

  FileLock() = default;  // of nothing
  // Makes the file if need be, and waits for whoever holds the lock. Throws format::Error.
  FileLock(const std::filesystem::path& path, Mode mode);
  // The same for a wait that may be long: `on_wait` is called once before it, and a request to stop
  // ends it, with format::Error.
  FileLock(const std::filesystem::path& path, Mode mode, SignalQueue& signals,
           const std::function<void()>& on_wait);

 private:
  UniqueFd fd_;
};

}  // namespace ddireplay::tools::record
