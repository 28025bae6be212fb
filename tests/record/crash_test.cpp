#include "tools/record/crash.h"

#include <catch2/catch.hpp>

namespace ddireplay::tools::record {
namespace {

TEST_CASE("Wine's word on a crash gives what happened, and where") {
  const auto crash = parse_crash(
      "wine: Unhandled page fault on write access to 0000000000000000 at address 00000000021A1012 "
      "(thread 0120), starting debugger...");
  REQUIRE(crash);
  CHECK(crash->what == "page fault on write access to 0000000000000000");
  CHECK(crash->address == 0x21a1012);
  CHECK(crash->thread == 0x120);
  CHECK(crash->code == 0xc0000005);
  CHECK(crash->access == format::AccessKind::write);
  CHECK(crash->accessed == 0);
  CHECK(crash->routine.empty());
}

TEST_CASE("a function that Wine lacks is a crash as well") {
  const auto crash = parse_crash(
      "wine: Unimplemented function ntoskrnl.exe.KeStallExecutionProcessor called at address "
      "0x7b00f8a0 (thread 0034), starting debugger...");
  REQUIRE(crash);
  CHECK(crash->what == "Unimplemented function ntoskrnl.exe.KeStallExecutionProcessor called");
  CHECK(crash->address == 0x7b00f8a0);
  CHECK(crash->code == 0x80000100);
  CHECK(crash->routine == "KeStallExecutionProcessor");
}

TEST_CASE("other lines are no crash") {
  CHECK_FALSE(parse_crash(""));
  CHECK_FALSE(parse_crash("wine: configuration in L\"/tmp/p\" has been updated."));
  CHECK_FALSE(parse_crash("wine: Unhandled something at address nowhere"));
  CHECK_FALSE(parse_crash("Unhandled page fault at address 00000000021A1012"));
}

}  // namespace
}  // namespace ddireplay::tools::record
