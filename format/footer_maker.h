// The footer's chunk, from what readers know of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "format/freestanding/footer_encoder.h"
#include "format/trace_reader.h"

namespace ddireplay::format {

// The whole chunk, padding included; empty: it would be too large. Of `info`, the modules are not
// looked at: they are `modules`.
std::vector<std::byte> make_footer(std::uint64_t trace_id, std::uint32_t number,
                                   const FooterInfo& info, std::span<const IndexEntry> chunks,
                                   std::span<const ModuleEntry> modules);

}  // namespace ddireplay::format
