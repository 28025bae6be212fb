#include "checkers/text.h"

#include <fmt/format.h>

#include <array>
#include <span>

namespace ddireplay::checkers {

std::string driver_name(const replay::World& world, format::ModuleId driver) {
  return driver == format::kNoModuleId ? "a driver" : world.trace().module(driver).name;
}

std::string_view function_name(const replay::World& world, const replay::Step& step) {
  return world.trace().function(step.event->function).name;
}

std::uint64_t call_site(const replay::World& world, const replay::Step& step) {
  if (step.event->stack == format::kNoStack) return 0;
  const std::span<const std::uint64_t> stack = world.trace().stack(step.event->stack);
  return stack.empty() ? 0 : stack.front();
}

std::string irql_name(std::uint8_t irql) {
  static constexpr std::array<std::string_view, 3> kNames = {"PASSIVE_LEVEL", "APC_LEVEL",
                                                             "DISPATCH_LEVEL"};
  if (irql < kNames.size()) return std::string(kNames[irql]);
  if (irql == format::kIrqlUnknown) return "an IRQL that is not known";
  return fmt::format("IRQL {}", irql);
}

std::string tag_text(std::uint32_t tag) {
  std::string text;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    const char c = static_cast<char>(tag >> shift & 0xff);
    text += c >= ' ' && c <= '~' ? c : '.';
  }
  return text;
}

std::string describe(const replay::PoolBlock& block) {
  std::string text = fmt::format("the {} block at {:#x}, {:#x} bytes",
                                 block.paged() ? "paged" : "nonpaged", block.address, block.size);
  if (block.tag != 0) text += fmt::format(" (tag {})", tag_text(block.tag));
  return text;
}

}  // namespace ddireplay::checkers
