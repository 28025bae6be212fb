// One value of an event, spelled by its kind.
#pragma once

#include <cstdint>
#include <string>

#include "format/freestanding/ddi_layout.h"

namespace ddireplay::tools {

// "0x8645a000", "'mdrv'", "STATUS_PENDING", "NonPagedPool", "DISPATCH_LEVEL", "-100 ms".
std::string value_text(const format::Field& field, std::uint64_t value, unsigned pointer_bytes);

// "STATUS_INSUFFICIENT_RESOURCES"; "0xc0000999" where the name is not known.
std::string status_text(std::uint32_t status);

}  // namespace ddireplay::tools
