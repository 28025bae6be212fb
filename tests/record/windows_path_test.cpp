#include "tools/record/windows_path.h"

#include <catch2/catch.hpp>

namespace ddireplay::tools::record {
namespace {

TEST_CASE("a Linux path is a path on drive Z:") {
  CHECK(windows_path("/a/b c/d.sys") == "Z:\\a\\b c\\d.sys");
  CHECK(windows_path("/a/../b/./d.sys") == "Z:\\b\\d.sys");
  CHECK(windows_path("/tmp/tr\xc3\xa4ger.ddt") == "Z:\\tmp\\tr\xc3\xa4ger.ddt");
}

TEST_CASE("a path that no Windows name can say has none") {
  CHECK_FALSE(windows_path("/a/b:c"));
  CHECK_FALSE(windows_path("/a?/b"));
  CHECK_FALSE(windows_path("/a\\b"));
  CHECK_FALSE(windows_path("/a/b."));
  CHECK_FALSE(windows_path("/a /b"));
  CHECK_FALSE(windows_path("/a/b\n"));
}

}  // namespace
}  // namespace ddireplay::tools::record
