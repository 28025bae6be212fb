// Words for sentences.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "replay/world.h"

namespace ddireplay::checkers {

// "MyDriver.sys", or "a driver" where the trace doesn't say which.
std::string driver_name(const replay::World& world, format::ModuleId driver);

// Name of the function that the step is a call of.
std::string_view function_name(const replay::World& world, const replay::Step& step);

// Where the call returns to: the first address of its stack; 0 where it has none.
std::uint64_t call_site(const replay::World& world, const replay::Step& step);

// "DISPATCH_LEVEL", "IRQL 5".
std::string irql_name(std::uint8_t irql);

// "mdrv"; bytes that can't be shown are dots.
std::string tag_text(std::uint32_t tag);

// "the block at 0x..., 0x40 bytes (tag mdrv)".
std::string describe(const replay::PoolBlock& block);

}  // namespace ddireplay::checkers
