#include "tools/debugger/world_commands.h"

#include <fmt/format.h>

#include "tools/debugger/words.h"
#include "tools/number.h"

namespace ddireplay::tools {
namespace {

std::string verifier(const ReportView& view, const replay::World& world,
                     const ListEntries& list_entries, const Words& words) {
  constexpr std::uint64_t kDrivers = 0x1;
  constexpr std::uint64_t kAllocations = 0x2;
  const auto flags = words.empty() ? 0 : parse_hexadecimal(words[0]);
  if (!flags || *flags > (kDrivers | kAllocations)) {
    fail(fmt::format("!verifier {} is not available here: 0 to 3 and 0x80 are", words[0]));
  }
  const VerifierParts parts{.drivers = (*flags & kDrivers) != 0,
                            .allocations = (*flags & kAllocations) != 0};
  const std::string_view image = words.size() > 1 ? words[1] : std::string_view{};
  return verifier_text(view, world, parts, image, list_entries);
}

}  // namespace

std::string run_world_command(const ReportView& view, const replay::World& world,
                              const ListEntries& list_entries, std::string_view line) {
  Words words = split_words(line);
  if (words.front() != "!verifier") fail(fmt::format("{} sees nothing here", words.front()));
  words.erase(words.begin());
  return verifier(view, world, list_entries, words);
}

}  // namespace ddireplay::tools
