// Puts chunks into a file, or into memory, in the order of their numbers, and keeps the index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "format/freestanding/footer_encoder.h"
#include "format/freestanding/layout.h"
#include "format/output_file.h"

namespace ddireplay::format {

class ChunkWriter {
 public:
  // `path` empty: into memory. Seals and writes the header. Throws Error.
  ChunkWriter(const std::string& path, FileHeader header);

  const FileHeader& header() const { return header_; }
  const std::string& name() const { return name_; }

  // The lowest number that no chunk has.
  std::uint32_t free_number() const { return next_number_; }
  bool is_taken(std::uint32_t number) const;

  // A whole sealed chunk. Its number decides where it goes: it is held back until all before it
  // have come. Throws Error.
  void add(std::span<const std::byte> chunk);

  // Writes what is still held back: there may be holes in the numbers.
  void flush_held();
  std::span<const IndexEntry> index() const { return index_; }

  // The footer's chunk, then the trailer; then the whole is read back, and put in place. `check` is
  // called before that with the name that the file has until then, and may throw. Throws Error.
  using Check = std::function<void(const std::string& partial_name)>;
  void close(std::span<const std::byte> footer, const Check& check = {});
  // After close(), of a trace in memory.
  std::vector<std::byte> take_bytes() { return std::move(memory_); }

 private:
  void put_chunk(std::span<const std::byte> chunk);
  void put(std::span<const std::byte> bytes);

  FileHeader header_;
  std::string name_;
  std::unique_ptr<OutputFile> file_;  // null: into memory
  std::vector<std::byte> memory_;
  std::uint64_t offset_ = 0;
  std::uint32_t next_number_ = 0;
  std::map<std::uint32_t, std::vector<std::byte>> held_;
  std::vector<IndexEntry> index_;
};

}  // namespace ddireplay::format
