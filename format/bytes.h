// Looking into bytes that may be anything.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace ddireplay::format {

using Bytes = std::span<const std::byte>;

// From any alignment. There must be as many bytes.
template <class T>
T load(Bytes bytes, std::uint64_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

// Where `magic` stands next, at or behind `from`; the size where it doesn't.
inline std::uint64_t find_magic(Bytes bytes, std::uint64_t from, const std::uint8_t (&magic)[8]) {
  const Bytes rest = bytes.subspan(std::min<std::uint64_t>(from, bytes.size()));
  const void* const found = ::memmem(rest.data(), rest.size(), magic, sizeof(magic));
  if (found == nullptr) return bytes.size();
  return static_cast<std::uint64_t>(static_cast<const std::byte*>(found) - bytes.data());
}

}  // namespace ddireplay::format
