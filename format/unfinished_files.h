// Files that must not stay when a signal ends the process: a whole one would have another name.
#pragma once

#include <cstddef>
#include <string>

namespace ddireplay::format {

// One file. Where its name is too long, or there are too many, the file stays. Thread-safe.
class UnfinishedFile {
 public:
  UnfinishedFile() = default;
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;
  ~UnfinishedFile() { forget(); }

  void remember(const std::string& name);  // at most once
  void forget();                           // it has been removed, or is whole

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  std::size_t slot_ = kNone;
};

// Removes the files that this process has remembered; those of a parent are its own. Can be called
// in a handler of signals.
void remove_unfinished_files();

// From now on SIGINT, SIGTERM and SIGHUP, those that are not ignored or handled already, remove the
// files before they end the process as they would have. Call before there are threads.
void remove_unfinished_files_at_signals();

}  // namespace ddireplay::format
