// What a PE image on disk says of itself: enough to know a build again and to refuse, before it is
// loaded, what is no x64 image.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "tools/symbols/guid.h"
#include "tools/symbols/result.h"

namespace ddireplay::tools {

// The RSDS record: which PDB belongs to the image.
struct PdbReference {
  std::string name;  // as the linker wrote it: a bare name or a path
  Guid guid{};
  std::uint32_t age = 0;
};

struct PeIdentity {
  std::uint16_t machine = 0;     // IMAGE_FILE_MACHINE_*; always AMD64 (0x8664)
  bool is_driver = false;        // the subsystem is native
  std::uint32_t timestamp = 0;   // TimeDateStamp: seconds since 1970, or a hash of the contents
  std::uint32_t image_size = 0;  // when loaded, in bytes
  std::uint32_t checksum = 0;
  std::uint64_t preferred_base = 0;
  std::uint32_t entry_rva = 0;
  std::optional<PdbReference> pdb;
};

// Fails, without throwing, for what can't be read, isn't a PE image, is truncated, or is for a
// machine other than x64 (with a word of its own for 32-bit images).
Result<PeIdentity> read_pe_identity(const std::filesystem::path& path);

// The same for an image in memory, as it lies on disk.
Result<PeIdentity> parse_pe_identity(std::span<const std::byte> image);

}  // namespace ddireplay::tools
