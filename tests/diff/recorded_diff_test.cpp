// Recordings of a driver's two builds, made under Wine: the very calls that one of them lacks are
// named.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <vector>

#include "tests/record/record_run.h"

namespace ddireplay::tools::record {
namespace {

using Json = nlohmann::json;

std::string record(const Bench& bench, const std::string& driver, const std::string& name,
                   const std::vector<std::string>& program) {
  const std::string trace = bench.file(name + ".ddt");
  std::vector<std::string> arguments{built(driver + ".sys"), "-q", "-o", trace, "--"};
  arguments.insert(arguments.end(), program.begin(), program.end());
  const Ran ran = bench.record(arguments);
  CAPTURE(driver, ran.err);
  REQUIRE(ran.status == 0);
  return trace;
}

struct Answer {
  int status = -1;
  Json json;
};

Answer diff(const Bench& bench, const std::string& good, const std::string& bad, bool symbols) {
  std::vector<std::string> arguments{"diff", "--json", good, bad};
  if (symbols) {
    arguments.push_back("--symbols");
    arguments.push_back(built("MyDriver.sys").parent_path());
  }
  const Ran ran = bench.run(arguments);
  CAPTURE(ran.err, ran.out);
  REQUIRE((ran.status == 0 || ran.status == 1));
  return {ran.status, Json::parse(ran.out)};
}

std::vector<std::string> functions_of(const Json& calls) {
  std::vector<std::string> functions;
  for (const Json& call : calls) functions.push_back(call["function"]);
  return functions;
}

TEST_CASE("the three frees that MyDriver forgets are named, in the activity that lacks them") {
  const Bench bench;
  const std::string program = built("mydriver-exercise.exe");
  const std::string good = record(bench, "MyDriverClean", "good", {program});
  const std::string bad = record(bench, "MyDriver", "bad", {program});
  const bool symbols = GENERATE(true, false);
  const Answer answer = diff(bench, good, bad, symbols);
  CHECK(answer.status == 1);
  CHECK(answer.json["named"] == symbols);
  REQUIRE(answer.json["divergence_count"] == 1);
  const Json& first = answer.json["divergences"][0];
  CHECK(first["kind"] == "calls");
  CHECK(first["good"]["activity"] == "Unload");
  CHECK(functions_of(first["good"]["calls"]) ==
        std::vector<std::string>{"IoFreeMdl", "ExFreePoolWithTag", "IoFreeWorkItem"});
  CHECK(first["bad"]["calls"].empty());
  CHECK(first["bad"]["at"]["function"] == "IoDeleteSymbolicLink");
  REQUIRE(answer.json["findings"].size() == 1);
  CHECK(answer.json["findings"][0]["kind"] == "only in bad");
  CHECK(answer.json["findings"][0]["bad"]["rule"] == "C4:62");
}

TEST_CASE("two recordings of one driver are the same") {
  const Bench bench;
  const std::string program = built("timerpool-exercise.exe");
  const std::string good = record(bench, "TimerPoolClean", "good", {program});
  const std::string again = record(bench, "TimerPoolClean", "again", {program});
  const Answer answer = diff(bench, good, again, true);
  CAPTURE(answer.json.dump());
  CHECK(answer.status == 0);
  CHECK(answer.json["same_build"] == true);

  const std::string bad = record(bench, "TimerPool", "bad", {program});
  const Answer other = diff(bench, good, bad, true);
  CHECK(other.status == 1);
  const Json& first = other.json["divergences"][0];
  CHECK(functions_of(first["good"]["calls"]).front() == "KeCancelTimer");
  CHECK(first["good"]["at"]["text"].get<std::string>().find(
            "the 1st timer that InitializeWatchdog initialised") != std::string::npos);
}

TEST_CASE("what a rule sample does that its clean twin does not") {
  struct Sample {
    std::string driver;
    std::string function;
  };
  const Bench bench;
  for (const Sample& sample :
       {Sample{"PoolLeft", "ExFreePoolWithTag"}, Sample{"HandleClosedTwice", "ZwClose"},
        Sample{"LookasideLeft", "ExDeleteNPagedLookasideList"}}) {
    const std::string program = built("rules-exercise.exe");
    const std::string good =
        record(bench, sample.driver + "Clean", "good", {program, sample.driver + "Clean"});
    const std::string bad = record(bench, sample.driver, "bad", {program, sample.driver});
    const Answer answer = diff(bench, good, bad, true);
    CAPTURE(sample.driver, answer.json.dump(1));
    CHECK(answer.status == 1);
    const Json& first = answer.json["divergences"][0];
    const bool is_good = !first["good"]["calls"].empty();
    CHECK(first[is_good ? "good" : "bad"]["at"]["function"] == sample.function);
  }
}

}  // namespace
}  // namespace ddireplay::tools::record
