#include "tools/bisect/search.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cstdint>
#include <set>

namespace ddireplay::tools::bisect {
namespace {

struct Searched {
  Search search;
  std::size_t asked = 0;
  std::size_t skipped = 0;
};

// `bad`: the first bad build; `count` where there is none. `skips`: a bit for each of the
// first 64 that can't be judged.
Searched searched(std::size_t count, std::size_t bad, std::uint64_t skips) {
  Searched result;
  std::set<std::size_t> seen;
  result.search = find_first_bad(count, [&](std::size_t build) {
    CHECK(seen.insert(build).second);
    ++result.asked;
    if (build < 64 && (skips >> build & 1) != 0) {
      ++result.skipped;
      return BuildVerdict::skip;
    }
    return build < bad ? BuildVerdict::good : BuildVerdict::bad;
  });
  return result;
}

TEST_CASE("the first bad build is named by two ends and the logarithm of what lies between") {
  for (std::size_t count = 2; count <= 70; ++count) {
    for (std::size_t bad = 1; bad < count; ++bad) {
      CAPTURE(count, bad);
      const Searched one = searched(count, bad, 0);
      CHECK(one.search.end == SearchEnd::named);
      CHECK(one.search.first_bad == bad);
      CHECK(one.search.last_good == bad - 1);
      CHECK(one.asked <= 2 + std::bit_width(count - 2));
    }
  }
}

// Every set of builds that can't be judged, of every small number of builds.
TEST_CASE("around builds that can't be judged the answer is right, or a range of them") {
  for (std::size_t count = 2; count <= 9; ++count) {
    for (std::size_t bad = 0; bad <= count; ++bad) {
      for (std::uint64_t skips = 0; skips < std::uint64_t{1} << count; ++skips) {
        const Searched one = searched(count, bad, skips);
        const Search& search = one.search;
        const auto is_skipped = [&](std::size_t build) { return (skips >> build & 1) != 0; };
        CAPTURE(count, bad, skips);
        std::size_t good_left = 0;
        std::size_t bad_left = 0;
        for (std::size_t i = 0; i < count; ++i) {
          if (!is_skipped(i)) ++(i < bad ? good_left : bad_left);
        }
        if (good_left == 0 && bad_left == 0) {
          REQUIRE(search.end == SearchEnd::none_judged);
          continue;
        }
        if (bad_left == 0) {
          REQUIRE(search.end == SearchEnd::never_bad);
          continue;
        }
        if (good_left == 0) {
          REQUIRE(search.end == SearchEnd::bad_at_once);
          continue;
        }
        REQUIRE(search.last_good < bad);
        REQUIRE(search.first_bad >= bad);
        REQUIRE_FALSE(is_skipped(search.last_good));
        REQUIRE_FALSE(is_skipped(search.first_bad));
        for (std::size_t i = search.last_good + 1; i < search.first_bad; ++i) {
          REQUIRE(is_skipped(i));
        }
        const bool is_named = search.first_bad == search.last_good + 1;
        REQUIRE(search.end == (is_named ? SearchEnd::named : SearchEnd::narrowed));
        // A neighbour of the middle may halve less well: once for each that was skipped.
        REQUIRE(one.asked <= 2 + std::bit_width(count - 2) + 2 * one.skipped);
      }
    }
  }
}

TEST_CASE("one build, or none, names nothing") {
  CHECK(searched(0, 0, 0).search.end == SearchEnd::none_judged);
  CHECK(searched(1, 0, 0).search.end == SearchEnd::bad_at_once);
  CHECK(searched(1, 1, 0).search.end == SearchEnd::never_bad);
}

}  // namespace
}  // namespace ddireplay::tools::bisect
