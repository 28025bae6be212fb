// A trace that grows in a file, as far as a test lets it, and one who follows it.
#pragma once

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::format::test {

// An event or a gap with all that the replay sees of it, ids and position included.
inline std::string line_of(const Event& event) {
  std::string line = fmt::format("#{} @{} cpu{} t{:x} f{} s{} irql{} flags{}", event.position,
                                 event.time, event.processor, event.thread, event.function,
                                 event.stack, event.irql, event.flags);
  for (const std::uint64_t value : std::span(event.values, event.value_count)) {
    line += fmt::format(" {:x}", value);
  }
  return line;
}

inline void read_more(EventSource& source, std::vector<std::string>& lines) {
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const Event& event : batch) lines.push_back(line_of(event));
  }
}

class GrowingBytes {
 public:
  GrowingBytes() : fd_(::memfd_create("trace", MFD_CLOEXEC)) {}
  GrowingBytes(const GrowingBytes&) = delete;
  GrowingBytes& operator=(const GrowingBytes&) = delete;
  ~GrowingBytes() { ::close(fd_); }

  int fd() const { return fd_; }
  // The file has the first `count` of these now. False: it could not be written.
  bool grow(std::span<const std::byte> bytes, std::size_t count) {
    const auto more = bytes.subspan(size_, count - size_);
    size_ = count;
    return ::write(fd_, more.data(), more.size()) == static_cast<ssize_t>(more.size());
  }
  std::size_t size() const { return size_; }
  bool cut(std::size_t bytes) { return ::ftruncate(fd_, static_cast<off_t>(bytes)) == 0; }

 private:
  int fd_;
  std::size_t size_ = 0;
};

// Reads all that is certain whenever it is asked to look.
class FollowedTrace {
 public:
  explicit FollowedTrace(int fd) : fd_(fd) {}

  void look() {
    if (!reader_) {
      reader_ = TraceReader::open_growing(fd_, "grown");
      if (!reader_) return;
      source_.emplace(*reader_, EventSourceOptions{.threads = 3});
    }
    reader_->extend();
    read_more(*source_, lines_);
  }
  void complete() {
    look();
    reader_->complete();
    read_more(*source_, lines_);
  }
  const std::vector<std::string>& lines() const { return lines_; }
  const TraceReader& reader() const { return *reader_; }

 private:
  int fd_;
  std::optional<TraceReader> reader_;
  std::optional<EventSource> source_;
  std::vector<std::string> lines_;
};

// What one who comes when all has been written reads.
struct FinishedTrace {
  explicit FinishedTrace(const std::vector<std::byte>& bytes)
      : reader(TraceReader::from_bytes(bytes, "grown")) {
    EventSource source(reader);
    read_more(source, lines);
  }
  TraceReader reader;
  std::vector<std::string> lines;
};

inline bool is_beginning(const std::vector<std::string>& part,
                         const std::vector<std::string>& whole) {
  return part.size() <= whole.size() &&
         std::vector<std::string>(whole.begin(),
                                  whole.begin() + static_cast<std::ptrdiff_t>(part.size())) == part;
}

}  // namespace ddireplay::format::test
