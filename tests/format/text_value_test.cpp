// Whatever a value is, its spelling is read back as the same.
#include "format/text/value.h"

#include <catch2/catch.hpp>
#include <random>

namespace ddireplay::format::text {
namespace {

Field field(Kind kind, std::uint8_t width, bool is_signed = false) {
  Field result;
  result.kind = kind;
  result.width = width;
  result.is_signed = is_signed;
  return result;
}

TEST_CASE("values are spelt by their kind") {
  CHECK(print_value(field(Kind::tag, 4), 0x7672646d) == "'mdrv'");
  CHECK(print_value(field(Kind::tag, 4), 0x7672646d00) == "0x7672646d00");
  CHECK(print_value(field(Kind::tag, 4), 0x27272727) == "0x27272727");
  CHECK(print_value(field(Kind::tag, 4), 1) == "0x1");
  CHECK(print_value(field(Kind::integer, 4), 0) == "0x0");
  CHECK(print_value(field(Kind::size, 0), 0x1000) == "0x1000");
  CHECK(print_value(field(Kind::boolean, 1), 1) == "1");
  CHECK(print_value(field(Kind::irql, 1), 2) == "2");
  CHECK(print_value(field(Kind::time, 8, true), ~std::uint64_t{0}) == "-1");
  CHECK(print_value(field(Kind::status, 4, true), 0xffffffffc0000034) == "0xc0000034");
  CHECK(print_value(field(Kind::status, 4, true), 0xc0000034) == "0x00000000c0000034");
  CHECK(print_value(field(Kind::status, 4, true), 0x103) == "0x103");
}

TEST_CASE("every value of every kind is read back") {
  constexpr Kind kKinds[] = {Kind::integer, Kind::address,   Kind::size,   Kind::flags,
                             Kind::tag,     Kind::irql,      Kind::status, Kind::boolean,
                             Kind::handle,  Kind::pool_type, Kind::time};
  std::mt19937_64 random(3);
  for (const Kind kind : kKinds) {
    for (const bool is_signed : {false, true}) {
      const Field described = field(kind, 4, is_signed);
      for (int i = 0; i < 500; ++i) {
        std::uint64_t value = random() >> random() % 64;
        if (random() % 2 == 0) value = ~value;
        CAPTURE(static_cast<int>(kind), value);
        CHECK(parse_value(described, print_value(described, value)) == value);
      }
    }
  }
}

TEST_CASE("what is no value is none") {
  for (const char* text :
       {"", "x", "0x", "-", "--1", "'abc'", "'abcde'", "1 ", "0x1g", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_value(field(Kind::integer, 4), text));
  }
}

}  // namespace
}  // namespace ddireplay::format::text
