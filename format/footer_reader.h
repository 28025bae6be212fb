// Reads the footer's payload: index and summary.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "format/freestanding/footer_encoder.h"
#include "format/trace_reader.h"

namespace ddireplay::format {

struct FooterContents {
  FooterInfo info;
  std::vector<IndexEntry> chunks;
};

// Throws Malformed.
FooterContents read_footer(std::span<const std::byte> payload);

}  // namespace ddireplay::format
