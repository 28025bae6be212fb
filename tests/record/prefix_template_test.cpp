// The template of the prefix: made when there is none, by one at a time, completely or not at all.
#include <signal.h>

#include <catch2/catch.hpp>

#include "record_run.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;
using Catch::Matchers::Contains;

constexpr const char* kMaking = "making the Wine prefix";

std::vector<std::string> names(const fs::path& directory) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(directory)) {
    found.push_back(entry.path().filename());
  }
  return found;
}

std::vector<std::string> load_only(const Bench& bench, const std::string& output) {
  return {built("MyDriver.sys"), "-o", bench.file(output)};
}

TEST_CASE("a template whose making is stopped is as if it had never been begun") {
  Bench bench;
  bench.use_cache(bench.file("cache"));
  RecordRun run = bench.start(load_only(bench, "out.ddt"));
  REQUIRE(run.wait_for(kMaking));
  ::kill(run.id(), SIGTERM);
  const Ran ran = run.finish();
  CAPTURE(ran.err);
  CHECK(ran.status != 0);
  CHECK_FALSE(fs::exists(bench.file("out.ddt")));
  CHECK(names(bench.file("cache")) == std::vector<std::string>{"lock"});
  CHECK(bench.left_behind().empty());
}

TEST_CASE("of two who need a template one makes it, and neither sees it half made") {
  Bench bench;
  bench.use_cache(bench.file("cache"));
  RecordRun first = bench.start(load_only(bench, "first.ddt"));
  REQUIRE(first.wait_for(kMaking));
  RecordRun second = bench.start(load_only(bench, "second.ddt"));
  const Ran ran[2] = {first.finish(), second.finish()};
  CAPTURE(ran[0].err, ran[1].err);
  CHECK(ran[0].status == 0);
  CHECK(ran[1].status == 0);
  CHECK_THAT(ran[1].err, Contains("waiting for another recording") && !Contains(kMaking));
  // Wine links a new user's Documents and so on to the home directory: none of that may be left.
  for (const auto& entry : fs::recursive_directory_iterator(bench.file("cache"))) {
    const bool leads_home =
        entry.is_symlink() && fs::read_symlink(entry).string().find("home") != std::string::npos;
    CHECK_FALSE(leads_home);
  }
  CHECK(bench.left_behind().empty());
}

}  // namespace
}  // namespace ddireplay::tools::record
