// Finds the chunks of a .ddt file: through its index; one after the other, where its recorder had
// no room for an index; or, where something is missing or wrong, by looking for them.
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
  std::vector<ChunkInfo> chunks;  // in file order; each lies within the file as a whole
  std::optional<FooterInfo> footer;
  bool is_indexed = false;  // the footer and what it says account for every byte
  Condition condition;
};

// `name` stands in messages. Throws Error where this is no trace that can be read.
Container read_container(std::span<const std::byte> file, const std::string& name);

}  // namespace ddireplay::format
