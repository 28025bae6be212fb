#include "tools/bisect/natural_order.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace ddireplay::tools::bisect {
namespace {

TEST_CASE("names are ordered as people count versions") {
  const std::vector<std::string> ordered = {
      "1.0-alpha2", "1.0-rc1", "1.0-rc2",  "1.0-rc10", "1.0",        "1.0-hotfix",
      "1.0.1",      "1.9",     "1.10-rc1", "1.10",     "2024-01-09", "2024-01-10",
  };
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      CAPTURE(ordered[i], ordered[j]);
      CHECK(naturally_before(ordered[i], ordered[j]) == (i < j));
    }
  }
}

TEST_CASE("numbers may have any number of digits, with zeros in front") {
  CHECK(naturally_before("b99999999999999999999999", "b100000000000000000000000"));
  CHECK(naturally_before("build-007", "build-8"));
  CHECK(naturally_before("build-7", "build-0010"));
}

TEST_CASE("names that say the same still have an order, and only one") {
  for (const auto& [a, b] : {std::pair{"1.01", "1.1"}, {"Build", "build"}, {"a-1", "a.1"}}) {
    CAPTURE(a, b);
    CHECK(naturally_before(a, b) != naturally_before(b, a));
  }
  CHECK_FALSE(naturally_before("same", "same"));
  CHECK_FALSE(naturally_before("", ""));
}

}  // namespace
}  // namespace ddireplay::tools::bisect
