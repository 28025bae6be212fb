// Builds made of real recordings: the first one that leaks is named.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "record_run.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int kBuilds = 16;
constexpr int kFirstBad = 11;
constexpr int kCut = 8;       // the middle of all: the search has to go around it
constexpr int kGarbage = 10;  // right before the first bad one

void record(const Bench& bench, const std::string& driver, const fs::path& out) {
  const Ran ran =
      bench.record({built(driver), "-q", "-o", out, "--", built("mydriver-exercise.exe")});
  CAPTURE(driver, ran.err);
  REQUIRE(ran.status == 0);
}

fs::path build(const Bench& bench, int number) {
  const fs::path directory = bench.file("builds") / ("1." + std::to_string(number));
  fs::create_directories(directory);
  return directory;
}

TEST_CASE("of sixteen builds, two of them damaged, the first that leaks is named") {
  const Bench bench;
  const fs::path clean = bench.file("clean.ddt");
  const fs::path leaky = bench.file("leaky.ddt");
  record(bench, "MyDriverClean.sys", clean);
  record(bench, "MyDriver.sys", leaky);
  for (int i = 1; i <= kBuilds; ++i) {
    fs::copy_file(i < kFirstBad ? clean : leaky, build(bench, i) / "run.ddt");
  }
  fs::resize_file(build(bench, kCut) / "run.ddt", fs::file_size(clean) / 2);
  std::ofstream(build(bench, kGarbage) / "run.ddt") << "no trace at all";

  const Ran ran = bench.run({"bisect", bench.file("builds"), "--finding", "C4:62", "--json"});
  CAPTURE(ran.out, ran.err);
  // What lies between the last good build and the first bad one can't be judged.
  CHECK(ran.status == 3);
  const json range = json::parse(ran.out);
  CHECK(range["first_bad"].is_null());
  CHECK(range["candidates"] == json({"1.10", "1.11"}));
  CHECK(range["last_good"] == "1.9");
  CHECK(range["replays"] <= 2 + 4 + 2);

  // With the garbage elsewhere it is named.
  fs::copy_file(clean, build(bench, kGarbage) / "run.ddt", fs::copy_options::overwrite_existing);
  std::ofstream(build(bench, 12) / "run.ddt") << "no trace at all";
  const Ran named = bench.run({"bisect", bench.file("builds"), "--finding", "C4:62", "--json"});
  CAPTURE(named.out, named.err);
  CHECK(named.status == 0);
  const json result = json::parse(named.out);
  CHECK(result["first_bad"] == "1.11");
  CHECK(result["last_good"] == "1.10");
  CHECK(result["evidence"]["rule"] == "C4:62");
  CHECK(result["replays"] <= 2 + 4 + 2);
  int skipped = 0;
  for (const json& line : result["log"]) skipped += line["verdict"] == "skip";
  CHECK(skipped > 0);
  // Another build has the same fingerprint of it.
  const std::string fingerprint = result["evidence"]["fingerprint"];
  CHECK(bench.run({"bisect", "--bisect-run", "--finding", fingerprint, leaky}).status == 1);
  CHECK(bench.run({"bisect", "--bisect-run", "--finding", fingerprint, clean}).status == 0);
}

TEST_CASE("a recorded leak was certain when the request was completed that should have freed") {
  const Bench bench;
  const fs::path leaky = bench.file("leaky.ddt");
  record(bench, "MyDriver.sys", leaky);
  const Ran ran = bench.run({"bisect", leaky, "--json"});
  CAPTURE(ran.out, ran.err);
  CHECK(ran.status == 0);
  const json result = json::parse(ran.out);
  CHECK(result["shape"] == "left-over");
  CHECK(result["event"]["function"] == "IofCompleteRequest");
  CHECK(result["event"]["values"]["Major"] == "IRP_MJ_DEVICE_CONTROL");
  CHECK(result["position"] < result["violated_at"]);
  REQUIRE(result["left"].size() == 3);
  for (const json& left : result["left"]) {
    CHECK(left["by_siblings"] == true);
    CHECK(left["siblings_begun"] == 2);
    CHECK(left["siblings_ended"] == 1);
    CHECK(left["ways"][0]["when"] == "before-completion");
  }
}

}  // namespace
}  // namespace ddireplay::tools::record
