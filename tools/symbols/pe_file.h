// The parts of a PE image as it lies on disk. What is handed out is known to lie within the image.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/symbols/result.h"

namespace ddireplay::tools {

// Bytes that nobody vouches for: a field that lies beyond their end has no value.
class UntrustedBytes {
 public:
  explicit UntrustedBytes(std::span<const std::byte> bytes) : bytes_(bytes) {}

  // Little-endian, as is the host.
  template <std::unsigned_integral T>
  std::optional<T> number(std::uint64_t place) const {
    if (!holds(place, sizeof(T))) return std::nullopt;
    T value;
    std::memcpy(&value, bytes_.data() + place, sizeof(T));
    return value;
  }

  // Up to the first zero, but no more than `size_max` characters; empty beyond the end.
  std::string_view text(std::uint64_t place, std::uint64_t size_max) const {
    if (place >= bytes_.size()) return {};
    const auto* begin = reinterpret_cast<const char*>(bytes_.data()) + place;
    const std::string_view all(begin, std::min<std::uint64_t>(size_max, bytes_.size() - place));
    return all.substr(0, all.find('\0'));
  }

  bool holds(std::uint64_t place, std::uint64_t size) const {
    return place <= bytes_.size() && size <= bytes_.size() - place;
  }

  // Only where holds(place, size).
  std::span<const std::byte> part(std::uint64_t place, std::uint64_t size) const {
    return bytes_.subspan(place, size);
  }

 private:
  std::span<const std::byte> bytes_;
};

struct PeSection {
  std::string_view name;
  std::uint32_t rva = 0;
  bool is_code = false;
  std::uint64_t file_place = 0;
  std::uint32_t file_size = 0;  // 0: zeroes, not in the file
};

struct PeFile {
  UntrustedBytes bytes;
  std::uint64_t file_header = 0;      // place of the IMAGE_FILE_HEADER
  std::uint64_t optional_header = 0;  // place of the IMAGE_OPTIONAL_HEADER64, up to its directories
  std::uint64_t symbols = 0;          // place of the COFF symbols
  std::uint32_t symbol_count = 0;
  std::vector<PeSection> sections;  // as numbered by symbols: the first is 1

  // A name of the COFF string table, which follows the symbols.
  std::string_view long_name(std::uint32_t offset) const;

  // Where the byte that will be loaded at `rva` lies in the file.
  std::optional<std::uint64_t> file_place(std::uint32_t rva) const;
};

// The bytes must live as long as what is returned. Fails as parse_pe_identity says.
Result<PeFile> open_pe_file(std::span<const std::byte> image);

}  // namespace ddireplay::tools
