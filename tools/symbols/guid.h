// The GUID of a PDB, in its two spellings.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace ddireplay::tools {

// The bytes as they lie in the RSDS record and in the PDB.
using Guid = std::array<std::uint8_t, 16>;

// "{89ABCDEF-0123-4567-89AB-CDEF01234567}"
std::string guid_text(const Guid& guid);

// The folder of one build's PDB in a symbol store: the GUID without punctuation, then the age, as
// in "89ABCDEF0123456789ABCDEF012345671".
std::string store_folder(const Guid& guid, std::uint32_t age);

}  // namespace ddireplay::tools
