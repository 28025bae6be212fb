#include <catch2/catch.hpp>

#include "format/error.h"
#include "tools/number.h"
#include "tools/position.h"
#include "tools/report/text.h"
#include "tools/report/value_text.h"

namespace ddireplay::tools {
namespace {

format::Field field_of(format::Kind kind, std::uint8_t width, bool is_signed = false) {
  format::Field field;
  field.kind = kind;
  field.width = width;
  field.is_signed = is_signed;
  return field;
}

}  // namespace

TEST_CASE("pointers are as wide as the recorded machine's") {
  CHECK(plain_pointer(0x62, 4) == "00000062");
  CHECK(plain_pointer(0x62, 8) == "0000000000000062");
  CHECK(plain_pointer(0xffffffff9707712c, 4) == "9707712c");
  CHECK(ticked_pointer(0x9a3bf6ac, 4) == "9a3bf6ac");
  CHECK(ticked_pointer(0xfffff8012e3a1687, 8) == "fffff801`2e3a1687");
  CHECK(prefixed_pointer(0x1000, 8) == "0x0000000000001000");
}

TEST_CASE("a tag shows what can be printed") {
  CHECK(tag_text(0x6c644d56) == "VMdl");
  CHECK(tag_text(0x00000041) == "A...");
}

TEST_CASE("the kernel is nt, other modules are named by their files") {
  CHECK(module_display_name("ntoskrnl.exe") == "nt");
  CHECK(module_display_name("NTKRPAMP.EXE") == "nt");
  CHECK(module_display_name("MyDriver.sys") == "MyDriver");
  CHECK(module_display_name("my.driver.sys") == "my.driver");
}

TEST_CASE("a machine is named as the debuggers name it") {
  format::FileHeader header{};
  header.pointer_bytes = 4;
  header.os_build = 9600;
  CHECK(machine_text(header) == "Windows 8 9600 x86 compatible target");
  header.pointer_bytes = 8;
  header.os_build = 19041;
  CHECK(machine_text(header) == "Windows 10 19041 x64 target");
  header.os_build = 0;
  CHECK(machine_text(header) == "x64 target");
}

TEST_CASE("a value is spelled by its kind") {
  using format::Kind;
  CHECK(value_text(field_of(Kind::address, 0), 0x8645a000, 4) == "0x8645a000");
  CHECK(value_text(field_of(Kind::address, 0), 0, 4) == "NULL");
  CHECK(value_text(field_of(Kind::tag, 4), 0x7672646d, 4) == "'mdrv'");
  CHECK(value_text(field_of(Kind::status, 4, true), 0xc000009a, 8) ==
        "STATUS_INSUFFICIENT_RESOURCES");
  CHECK(value_text(field_of(Kind::status, 4, true), 0xc0000999, 8) == "0xc0000999");
  CHECK(value_text(field_of(Kind::irql, 1), 2, 8) == "DISPATCH_LEVEL");
  CHECK(value_text(field_of(Kind::irql, 1), 12, 8) == "12");
  CHECK(value_text(field_of(Kind::boolean, 1), 1, 8) == "TRUE");
  CHECK(value_text(field_of(Kind::pool_type, 4), 512, 8) == "NonPagedPoolNx");
  CHECK(value_text(field_of(Kind::pool_type, 4), 513, 8) == "0x201");
  CHECK(value_text(field_of(Kind::size, 0), 0x1000, 8) == "0x1000");
}

TEST_CASE("integers keep their sign") {
  using format::Kind;
  CHECK(value_text(field_of(Kind::integer, 4, true), 0xffffffff, 8) == "-1");
  CHECK(value_text(field_of(Kind::integer, 8, true), ~0ull, 8) == "-1");
  CHECK(value_text(field_of(Kind::integer, 4), 9, 8) == "9");
  CHECK(value_text(field_of(Kind::integer, 4), 10, 8) == "0xa");
}

TEST_CASE("a relative time is shown in its own unit") {
  const format::Field due = field_of(format::Kind::time, 8, true);
  CHECK(value_text(due, static_cast<std::uint64_t>(-1'000'000), 8) == "-100 ms");
  CHECK(value_text(due, static_cast<std::uint64_t>(-15), 8) == "-1.5 us");
  CHECK(value_text(due, 0, 8) == "0");
}

TEST_CASE("numbers are read as the debuggers read them") {
  CHECK(parse_hexadecimal("0x9a3bf6ac") == 0x9a3bf6acu);
  CHECK(parse_hexadecimal("9a3bf6ac") == 0x9a3bf6acu);
  CHECK(parse_hexadecimal("fffff801`2e3a1687") == 0xfffff8012e3a1687u);
  CHECK_FALSE(parse_hexadecimal("MyDriver"));
  CHECK_FALSE(parse_hexadecimal(""));
  CHECK_FALSE(parse_hexadecimal("0x"));
  CHECK_FALSE(parse_hexadecimal("10000000000000000"));
  CHECK_FALSE(parse_hexadecimal("-1"));
}

TEST_CASE("positions count from #1") {
  CHECK(parse_position("#1234") == 1234);
  CHECK(parse_position("7") == 7);
  for (const char* wrong : {"", "#", "#0", "0", "#-1", "#1a", "##1", "99999999999999999999"}) {
    CHECK_THROWS_AS(parse_position(wrong), format::Error);
  }
}

}  // namespace ddireplay::tools
