// Values of events in the text form: how a field's kind decides how it is spelt.
//
//   tag         'mdrv'      the four characters in the order in which they lie in memory
//   address     MODULE+0xRVA where a module contains it
//   status      0xc0000034  of 32 bits; written with 16 digits it is taken as it stands
//   boolean, irql, time, and whatever has a sign: decimal
//   all others  0x1000
//
// Whatever is printed is read back as the same 64 bits. A person may write any of these spellings
// for any field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "format/freestanding/ddi_layout.h"

namespace ddireplay::format::text {

// Everything but addresses in modules, which are the caller's.
std::string print_value(const Field& field, std::uint64_t value);

// The same; nothing where `text` is none of these spellings.
std::optional<std::uint64_t> parse_value(const Field& field, std::string_view text);

}  // namespace ddireplay::format::text
