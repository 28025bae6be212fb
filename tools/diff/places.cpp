#include "tools/diff/places.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/report/report_view.h"

namespace ddireplay::tools::diff {

Places::Caller Places::caller_at(std::uint64_t address) {
  if (address == 0) return {};
  const Frame& frame = symbolizer_.frame(address);
  Caller caller;
  caller.text = names_.id(frame.symbol.empty() ? frame_name(frame, symbolizer_.pointer_bytes())
                                               : frame.symbol);
  const format::Module* target = target_at(address);
  if (target == nullptr) return caller;
  if (basis_.same_build) {
    caller.key = names_.id(fmt::format("+{:x}", address - target->base));
  } else if (basis_.named && !frame.symbol.empty()) {
    caller.key = caller.text;
  }
  return caller;
}

Places::Caller Places::caller(format::StackId stack, format::ModuleId driver) {
  const std::uint64_t key = std::uint64_t{stack} << 32 | driver;
  const auto [place, is_new] = callers_.try_emplace(key);
  if (is_new) place->second = caller_at(caller_in(trace_, stack, driver));
  return place->second;
}

Places::Caller Places::entrance(format::StackId stack, format::ModuleId driver) {
  if (driver == format::kNoModuleId) return {};
  const format::Module& module = trace_.module(driver);
  std::uint64_t outermost = 0;
  for (const std::uint64_t address : stack_of(trace_, stack)) {
    if (module.contains(address)) outermost = address;
  }
  Caller caller = caller_at(outermost);
  // A place in a routine says too much: one routine is entered once, and makes many calls.
  const bool is_routine = outermost != 0 && !symbolizer_.frame(outermost).symbol.empty();
  if (!is_routine) return {};
  caller.key = basis_.same_build || basis_.named ? caller.text : 0;
  return caller;
}

Places::Place Places::place(std::uint64_t address) {
  const format::Module* target = target_at(address);
  if (target == nullptr) return {};
  const Frame& frame = symbolizer_.frame(address);
  const bool is_start = !frame.symbol.empty() && frame.displacement == 0;
  Place place;
  place.text = names_.id(is_start ? frame.symbol : frame_name(frame, symbolizer_.pointer_bytes()));
  if (basis_.same_build) {
    place.key = names_.id(fmt::format("+{:x}", address - target->base));
  } else if (basis_.named && is_start) {
    place.key = place.text;
  }
  return place;
}

const format::Module* Places::target_at(std::uint64_t address) const {
  const std::optional<format::ModuleId> id = symbolizer_.module_at(address);
  if (!id || !trace_.module(*id).is_target) return nullptr;
  return &trace_.module(*id);
}

}  // namespace ddireplay::tools::diff
