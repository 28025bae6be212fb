// Traces that are read while they are written: at no moment anything that the finished one lacks.
#include <catch2/catch.hpp>
#include <random>

#include "tests/format/growing_bytes.h"
#include "tests/format/random_trace.h"

namespace ddireplay::format {
namespace {

using test::FinishedTrace;
using test::FollowedTrace;
using test::GrowingBytes;
using test::is_beginning;

// Writes the trace in pieces of random size, and looks at it after each.
void follow_in_pieces(const std::vector<std::byte>& bytes, std::uint32_t seed) {
  const FinishedTrace finished(bytes);
  std::mt19937 random(seed);
  GrowingBytes file;
  FollowedTrace followed(file.fd());
  const std::size_t largest = std::size_t{1} << random() % 16;
  bool is_right = true;
  while (file.size() != bytes.size()) {
    const std::size_t count = std::min(bytes.size(), file.size() + 1 + random() % largest);
    REQUIRE(file.grow(bytes, count));
    const std::size_t before = followed.lines().size();
    followed.look();
    if (followed.lines().size() != before) {
      is_right = is_right && is_beginning(followed.lines(), finished.lines);
    }
  }
  CHECK(is_right);
  followed.complete();
  CHECK(followed.lines() == finished.lines);
  CHECK_FALSE(followed.reader().is_growing());
  CHECK(followed.reader().condition().problems == finished.reader.condition().problems);
  CHECK(followed.reader().condition().complete() == finished.reader.condition().complete());
  CHECK(followed.reader().condition().lost_events == finished.reader.condition().lost_events);
}

test::RandomTrace trace_of(std::uint32_t seed) {
  return test::make_random_trace({.seed = seed,
                                  .processors = 1 + seed % 4,
                                  .events = 600,
                                  .events_per_chunk = 20 + 13 * (seed % 5),
                                  .with_gaps = seed % 2 == 0});
}

TEST_CASE("a trace that grows gives the events of the finished one, in their places") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    follow_in_pieces(trace_of(seed).bytes, seed);
  }
}

TEST_CASE("the same where its end is missing, or it is damaged") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::vector<std::byte> bytes = trace_of(seed).bytes;
    if (seed % 3 == 0) bytes.resize(sizeof(FileHeader) + random() % (bytes.size() - 200));
    if (seed % 3 != 0) {
      const std::size_t place = sizeof(FileHeader) + random() % (bytes.size() - 200);
      bytes[place] ^= std::byte{0x10};
    }
    follow_in_pieces(bytes, seed);
  }
}

TEST_CASE("of one processor all that is whole is certain but what its last time may still hold") {
  const auto trace =
      test::make_random_trace({.seed = 5, .processors = 1, .events = 500, .events_per_chunk = 100});
  GrowingBytes file;
  FollowedTrace followed(file.fd());
  REQUIRE(file.grow(trace.bytes, trace.bytes.size()));
  followed.look();
  CHECK(followed.reader().is_growing());
  CHECK_FALSE(followed.reader().condition().complete());
  CHECK(followed.lines().size() > 400);
}

TEST_CASE("a file that shrinks, or in which another trace begins, is refused") {
  const auto trace = trace_of(1);
  GrowingBytes file;
  FollowedTrace followed(file.fd());
  REQUIRE(file.grow(trace.bytes, trace.bytes.size()));
  followed.look();
  SECTION("shorter") {
    REQUIRE(file.cut(100));
    CHECK_THROWS_WITH(followed.look(), Catch::Matchers::Contains("has become shorter"));
  }
  SECTION("another") {
    const auto other = trace_of(2);
    REQUIRE(::pwrite(file.fd(), other.bytes.data(), sizeof(FileHeader), 0) == sizeof(FileHeader));
    CHECK_THROWS_WITH(followed.look(), Catch::Matchers::Contains("another recording"));
  }
}

TEST_CASE("what is no trace is refused when its beginning is there") {
  const std::vector<std::byte> bytes(100, std::byte{'x'});
  GrowingBytes file;
  FollowedTrace followed(file.fd());
  REQUIRE(file.grow(bytes, 10));
  CHECK_NOTHROW(followed.look());
  REQUIRE(file.grow(bytes, 100));
  CHECK_THROWS_WITH(followed.look(), Catch::Matchers::Contains("not a ddireplay trace"));
}

}  // namespace
}  // namespace ddireplay::format
