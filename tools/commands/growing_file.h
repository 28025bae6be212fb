// A trace's file while it is being recorded: OUT.partial, which becomes OUT; or a file that
// somebody else writes, which ends with a trailer.
#pragma once

#include <sys/stat.h>

#include <string>

#include "tools/process/unique_fd.h"
#include "tools/record/signal_queue.h"

namespace ddireplay::tools {

// Waits for something to happen in a directory; without inotify, for a short time.
class DirectoryWatch {
 public:
  // Of the directory that `path` lies in.
  explicit DirectoryWatch(const std::string& path);

  // Until something happened, a signal came, or a second is over.
  void wait(const record::SignalQueue& signals);

 private:
  UniqueFd fd_;
};

class GrowingFile {
 public:
  // `path`, or where it isn't there `path`.partial. False: neither is there. Throws format::Error.
  bool open(const std::string& path);

  int fd() const { return fd_.get(); }
  // Nobody writes it any more. Ask before the last look at its contents. Throws format::Error
  // where another file has taken its place.
  bool has_ended() const;
  // Whoever writes it holds a lock, as `ddireplay record` does, which goes with its process.
  bool is_locked_while_written() const;
  // Its recording has taken the file away.
  bool is_removed() const;

 private:
  bool try_open(const std::string& path);
  struct stat status() const;
  bool is_locked() const;
  bool has_trailer() const;

  std::string path_;  // under which it was opened
  UniqueFd fd_;
};

}  // namespace ddireplay::tools
