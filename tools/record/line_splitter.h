// Cuts a stream of bytes into lines.
#pragma once

#include <string>
#include <string_view>

namespace ddireplay::tools::record {

class LineSplitter {
 public:
  // Calls `on_line` for each line that is complete now, without its end (LF or CR LF).
  template <typename OnLine>
  void feed(std::string_view bytes, OnLine on_line) {
    for (const char c : bytes) {
      if (c != '\n') pending_ += c;
      if (c == '\n' || pending_.size() >= kLineBytesMax) end_line(on_line);
    }
  }

  // The last line, if the stream ended without ending it.
  template <typename OnLine>
  void finish(OnLine on_line) {
    if (!pending_.empty()) end_line(on_line);
  }

 private:
  // A line that never ends must not take all memory.
  static constexpr std::size_t kLineBytesMax = 64 * 1024;

  template <typename OnLine>
  void end_line(OnLine on_line) {
    if (pending_.ends_with('\r')) pending_.pop_back();
    on_line(std::string_view(pending_));
    pending_.clear();
  }

  std::string pending_;
};

}  // namespace ddireplay::tools::record
