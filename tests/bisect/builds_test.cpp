// Which builds there are, and what their traces say of them.
#include "tools/bisect/builds.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/format/scratch_dir.h"

namespace ddireplay::tools::bisect {
namespace {

namespace fs = std::filesystem;
using format::test::ScratchDir;

constexpr const char* kHead =
    "ddireplay-text 1\nmodule My.sys base=0x9a3be000 size=0x6000 target\n"
    "ExAllocatePoolWithTag NumberOfBytes=0x10 Tag='mdrv' return=0x8645a000\n";
constexpr const char* kFree = "ExFreePoolWithTag P=0x8645a000 Tag='mdrv'\n";
constexpr const char* kGap = "gap cpu0 lost=3\n";
constexpr const char* kTail = "cb:ImageUnload ImageBase=0x9a3be000 ImageSize=0x6000\n";

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

const std::string kClean = std::string(kHead) + kFree + kTail;
const std::string kLeaky = std::string(kHead) + kTail;
const std::string kGappyLeak = std::string(kHead) + kGap + kTail;
const std::string kGappyClean = std::string(kHead) + kFree + kGap + kTail;

Judgement judged(const std::vector<std::string>& texts, unsigned confirm = 1) {
  const ScratchDir scratch;
  fs::create_directories(scratch.path("build"));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    write(scratch.path("build/" + std::to_string(i) + ".txt"), texts[i]);
  }
  JudgeOptions options;
  options.wanted = wanted_finding("C4:62");
  options.confirm = confirm;
  return judge_build(one_build({scratch.path("build")}), options);
}

std::vector<std::string> names(const std::vector<Build>& builds) {
  std::vector<std::string> result;
  for (const Build& build : builds) result.push_back(build.name);
  return result;
}

TEST_CASE("builds are files and directories, in natural order") {
  const ScratchDir scratch;
  write(scratch.path("b/1.10/b.txt"), kClean);
  write(scratch.path("b/1.10/a10.txt"), kClean);
  write(scratch.path("b/1.10/a9.txt"), kClean);
  write(scratch.path("b/1.10/deep/er/too.txt"), kClean);
  write(scratch.path("b/1.9.1.ddt"), "");
  write(scratch.path("b/1.9.ddt"), "");
  write(scratch.path("b/README.md"), "");
  write(scratch.path("b/.hidden"), "");
  fs::create_directories(scratch.path("b/2.0"));
  const std::vector<Build> builds = builds_in(scratch.path("b/"));
  CHECK(names(builds) == std::vector<std::string>{"1.9.ddt", "1.9.1.ddt", "1.10", "2.0"});
  REQUIRE(builds.size() == 4);
  CHECK(builds[2].traces == std::vector<std::string>{scratch.path("b/1.10/a9.txt"),
                                                     scratch.path("b/1.10/a10.txt"),
                                                     scratch.path("b/1.10/b.txt"),
                                                     scratch.path("b/1.10/deep/er/too.txt")});
  CHECK(builds[3].traces.empty());
  CHECK(names(builds_of({"x10/", "x9"}, false)) == std::vector<std::string>{"x9", "x10"});
  CHECK(names(builds_of({"x10/", "x9"}, true)) == std::vector<std::string>{"x10", "x9"});
  CHECK_THROWS_AS(builds_in(scratch.path("absent")), format::Error);
}

TEST_CASE("a build is bad when one of its traces is, and then no more are replayed") {
  const Judgement first = judged({kLeaky, kClean, kClean});
  CHECK(first.verdict == BuildVerdict::bad);
  CHECK(first.replays == 1);
  CHECK(first.finding.rule == "C4:62");
  const Judgement last = judged({kClean, "garbage", kLeaky});
  CHECK(last.verdict == BuildVerdict::bad);
  CHECK(last.replays == 3);
  CHECK(last.trace.ends_with("/2.txt"));
}

TEST_CASE("a build is good when enough whole traces lack the finding") {
  CHECK(judged({kClean}).verdict == BuildVerdict::good);
  CHECK(judged({kClean, "garbage"}).verdict == BuildVerdict::good);
  CHECK(judged({kClean, kClean}, 2).verdict == BuildVerdict::good);
  CHECK(judged({kClean, "garbage"}, 2).verdict == BuildVerdict::skip);
  CHECK(judged({kClean}, 2).verdict == BuildVerdict::skip);
  CHECK(judged({kLeaky}, 2).verdict == BuildVerdict::bad);
}

TEST_CASE("what can't be read, and what a gap could explain, is no verdict") {
  CHECK(judged({}).verdict == BuildVerdict::skip);
  CHECK(judged({"garbage"}).verdict == BuildVerdict::skip);
  CHECK(judged({""}).verdict == BuildVerdict::skip);
  CHECK(judged({kGappyLeak}).verdict == BuildVerdict::skip);
  CHECK(judged({kGappyClean}).verdict == BuildVerdict::skip);
  CHECK(judged({kGappyClean, kClean}).verdict == BuildVerdict::good);
}

TEST_CASE("a finding is wanted by rule, by slug, or by the first digits of its fingerprint") {
  const Judgement leak = judged({kLeaky});
  REQUIRE(leak.verdict == BuildVerdict::bad);
  const std::string& whole = leak.finding.fingerprint;
  for (const std::string& typed : {whole, whole.substr(0, 4), std::string()}) {
    CAPTURE(typed);
    const Wanted wanted = wanted_finding(typed);
    CHECK(wanted.rules.empty());
    CHECK(is_wanted(wanted, leak.finding.fingerprint));
  }
  std::string other = whole.substr(0, 6);
  other[5] = other[5] == '0' ? '1' : '0';
  CHECK_FALSE(is_wanted(wanted_finding(other), leak.finding.fingerprint));
  CHECK(wanted_finding("0xc4:0x62").rules == std::vector<std::string>{"C4:62"});
  CHECK(wanted_finding("C4").rules == std::vector<std::string>{"C4"});
  CHECK(wanted_finding("pool-leak-at-unload").rules ==
        std::vector<std::string>{"pool-leak-at-unload"});
  CHECK(wanted_finding("ABCD").fingerprint == "abcd");
  CHECK(wanted_finding("0xABCD").fingerprint == "abcd");
  CHECK_THROWS_WITH(wanted_finding("abc"),
                    "abc: of a fingerprint the first 4 digits are needed at least");
}

}  // namespace
}  // namespace ddireplay::tools::bisect
