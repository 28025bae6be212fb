#include "tools/process/apart.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <stdexcept>

#include "tools/symbols/dwarf_symbols.h"

namespace ddireplay::tools {
namespace {

TEST_CASE("work that is done apart may end in any way") {
  constexpr unsigned kSeconds = 60;
  const std::string long_text(1 << 20, 'x');
  CHECK(run_apart([&] { return long_text; }, kSeconds) == long_text);
  CHECK(run_apart([] { return std::string(); }, kSeconds) == "");
  CHECK_FALSE(run_apart([]() -> std::string { std::abort(); }, kSeconds));
  CHECK_FALSE(run_apart([]() -> std::string { throw std::runtime_error("no"); }, kSeconds));
}

TEST_CASE("work that is done apart comes to an end") {
  const auto for_ever = []() -> std::string {
    volatile bool goes_on = true;
    while (goes_on) {
    }
    return "";
  };
  CHECK_FALSE(run_apart(for_ever, 1));
}

TEST_CASE("debug information on which its reader crashes is no symbols, and nothing worse") {
  const auto rows = read_image_symbols(DDIREPLAY_HOSTILE_IMAGE);
  REQUIRE_FALSE(rows);
  CHECK(rows.error() == "its debug information is damaged: reading it does not come to an end");
}

}  // namespace
}  // namespace ddireplay::tools
