// Finds whole chunks at the end of a file that somebody else is still writing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::format {

class TraceGrowth {
 public:
  // `fd` must stay open as long as this is used; `name` stands in messages.
  TraceGrowth(int fd, std::string name, const FileHeader& header);

  // Adds the chunks that have been written since the last call, each only when all of it is there:
  // its checksums say so. Ends for good in front of what a reader may have to judge when the whole
  // file is there: a footer, something damaged, numbers that don't follow each other. Throws Error:
  // the file is not the one any more that was begun, or can't be read.
  void look(std::vector<ChunkInfo>& chunks);

  int fd() const { return fd_; }
  std::uint64_t end() const { return end_; }  // of the last chunk that was found
  std::uint64_t file_bytes() const;

 private:
  bool read(std::uint64_t offset, std::span<std::byte> bytes) const;
  void check_beginning() const;
  bool is_whole(const ChunkInfo& chunk, std::uint64_t file_bytes, std::uint32_t number);

  int fd_;
  std::string name_;
  FileHeader header_;
  std::uint64_t end_ = sizeof(FileHeader);
  std::vector<std::byte> payload_;  // of the chunk that is being looked at
};

// The header of an open file whose trace has begun; false: it has not yet. Throws Error: no trace.
bool read_begun_header(int fd, const std::string& name, FileHeader& header);

}  // namespace ddireplay::format
