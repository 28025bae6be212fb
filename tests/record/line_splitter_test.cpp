#include "tools/record/line_splitter.h"

#include <catch2/catch.hpp>
#include <vector>

namespace ddireplay::tools::record {
namespace {

std::vector<std::string> split(const std::vector<std::string>& pieces) {
  std::vector<std::string> lines;
  const auto take = [&](std::string_view line) { lines.emplace_back(line); };
  LineSplitter splitter;
  for (const std::string& piece : pieces) splitter.feed(piece, take);
  splitter.finish(take);
  return lines;
}

using Lines = std::vector<std::string>;

TEST_CASE("lines are cut wherever the pieces end") {
  CHECK(split({"one\ntwo\n"}) == Lines{"one", "two"});
  CHECK(split({"o", "ne\ntw", "o\n"}) == Lines{"one", "two"});
  CHECK(split({"one\r", "\n\n", "last"}) == Lines{"one", "", "last"});
  CHECK(split({}) == Lines{});
}

TEST_CASE("a line without an end does not grow without an end") {
  const Lines lines = split({std::string(200'000, 'x')});
  CHECK(lines.size() == 4);
}

}  // namespace
}  // namespace ddireplay::tools::record
