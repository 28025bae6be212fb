// Words that printer and parser of the text form share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "format/event.h"
#include "format/freestanding/layout.h"

namespace ddireplay::format::text {

inline constexpr std::array<std::string_view, 4> kIrqlSources = {"hardware", "modelled",
                                                                 "virtualised", "unknown"};
inline constexpr std::array<std::string_view, 4> kHosts = {"windows", "wine", "written", "unknown"};
inline constexpr std::array<std::string_view, 15> kEndReasons = {
    "stopped",    "recovered", "thread-inside",  "disk-full",      "target-crashed",
    "time-limit", "converted", "program-failed", "stop-requested", "host-died",
    "hung",       "killed",    "load-failed",    "unload-failed",  "cut-off"};
inline constexpr std::array<std::string_view, 4> kAccessKinds = {"none", "read", "write",
                                                                 "execute"};

// IRQL of an event whose line doesn't say it.
constexpr std::uint8_t default_irql(IrqlSource source) {
  return source == IrqlSource::modelled ? kIrqlUnknown : 0;
}

// The moment at which a function's calls are recorded, where the table leaves only one.
enum class Moment : std::uint8_t { entry, exit, either };
Moment default_moment(std::string_view function);

// What the table says of a function, or of imports that it doesn't have.
const DdiRow& row_or_unknown(std::string_view function);

// Modules and functions of one name are told apart by a number: NAME, NAME/2, NAME/3.
std::string label(std::string_view spelt_name, std::size_t number);

// 16 bytes as they stand in the RSDS record, and as they are usually written.
std::string print_guid(const std::array<std::uint8_t, 16>& guid);
std::optional<std::array<std::uint8_t, 16>> parse_guid(std::string_view text);

}  // namespace ddireplay::format::text
