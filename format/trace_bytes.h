// The bytes of a trace: a file mapped into memory, or memory of our own.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace ddireplay::format {

class TraceBytes {
 public:
  // Throws Error: can't be opened, or no regular file. The file must not be shortened meanwhile.
  static TraceBytes map(const std::string& path);
  // The first `bytes` of an open file; it may be closed afterwards. `name` stands in messages.
  static TraceBytes map(int fd, std::size_t bytes, const std::string& name);
  static TraceBytes own(std::vector<std::byte> bytes);

  TraceBytes(TraceBytes&& other) noexcept;
  TraceBytes& operator=(TraceBytes&& other) noexcept;
  ~TraceBytes();

  std::span<const std::byte> bytes() const { return bytes_; }
  // `part` of bytes() isn't needed for now: of a mapped file it need not stay in memory. Its
  // contents are what they were. Thread-safe.
  void set_down(std::span<const std::byte> part) const;

 private:
  TraceBytes() = default;

  std::vector<std::byte> owned_;
  std::span<const std::byte> bytes_;
  bool mapped_ = false;
};

}  // namespace ddireplay::format
