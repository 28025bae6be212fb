// Should a replay crash the program, its last word is which trace it was.
#pragma once

#include <string>

namespace ddireplay::tools::corpus {

// From now on a crash of a thread that has a TraceInPlay says so on standard error. It ends the
// program as it would have without. To be called before other threads are started.
void name_trace_in_crash();

// The calling thread is about to replay `path`, which must outlive this.
class TraceInPlay {
 public:
  explicit TraceInPlay(const std::string& path);
  TraceInPlay(const TraceInPlay&) = delete;
  TraceInPlay& operator=(const TraceInPlay&) = delete;
  ~TraceInPlay();
};

}  // namespace ddireplay::tools::corpus
