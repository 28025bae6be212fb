#include "replay/text_case.h"

#include <catch2/catch.hpp>

namespace ddireplay::replay {
namespace {

TEST_CASE("names of drivers don't depend on case") {
  CHECK(same_without_case("MyDriver.sys", "Mydriver.SYS"));
  CHECK_FALSE(same_without_case("MyDriver.sys", "MyDriver"));
  CHECK(less_without_case("alpha", "BETA"));
  CHECK_FALSE(less_without_case("Alpha", "aLPHA"));
}

TEST_CASE("only letters of ASCII have a case") {
  CHECK(lower_case("AZ[@`{09_az") == "az[@`{09_az");
  CHECK(lower_case("\xc4\xd6") == "\xc4\xd6");
}

}  // namespace
}  // namespace ddireplay::replay
