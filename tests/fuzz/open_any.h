// A trace of either form, in memory. A text needs no first line that says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "format/text_form.h"

namespace ddireplay::fuzz {

// Throws format::Error.
inline format::TraceReader open_any(std::span<const std::uint8_t> data) {
  const std::string_view text(reinterpret_cast<const char*>(data.data()), data.size());
  const bool is_binary = !data.empty() && data[0] == format::kFileMagic[0];
  if (!is_binary) return format::trace_from_text(text, "fuzz");
  const auto bytes = std::as_bytes(data);
  return format::TraceReader::from_bytes({bytes.begin(), bytes.end()}, "fuzz");
}

}  // namespace ddireplay::fuzz
