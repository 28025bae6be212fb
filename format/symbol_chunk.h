// The symbols that a trace carries with it: the payload of a symbols chunk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "format/event.h"

namespace ddireplay::format {

// Throws Malformed.
std::vector<ModuleSymbols> read_symbols(std::span<const std::byte> payload);

// The order in which every writer stores symbols, so that the same ones make the same bytes:
// entries of one module merged into one, rows by address, files by their first line.
std::vector<ModuleSymbols> in_stored_order(std::span<const ModuleSymbols> symbols);

// A whole chunk, padding included.
std::vector<std::byte> encode_symbols(std::uint64_t trace_id, std::uint32_t number,
                                      std::span<const ModuleSymbols> symbols);

}  // namespace ddireplay::format
