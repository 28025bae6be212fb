// Finds the chunks of a .ddt file: through its index; one after the other, where its recorder had
// no room for an index or its trailer is missing; or, where anything else is missing or wrong, by
// looking for them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "format/trace_reader.h"

namespace ddireplay::format {

struct Container {
  FileHeader header{};
  std::vector<ChunkInfo> chunks;  // in the order of their numbers; each lies within the file
  std::optional<FooterInfo> footer;
  bool is_indexed = false;  // trailer, footer and what it says account for every byte
  // Processors whose last chunk may be missing, where the trace was closed in order all the same.
  std::vector<std::uint16_t> open_streams;
  Condition condition;
};

// `name` stands in messages. Throws Error where this is no trace that can be read.
Container read_container(std::span<const std::byte> file, const std::string& name);

// The same of the header alone.
FileHeader read_file_header(std::span<const std::byte> file, const std::string& name);

}  // namespace ddireplay::format
