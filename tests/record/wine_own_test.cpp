// Wine's own drivers, recorded while they do real work: thousands of events each, and nothing in
// them that a rule takes for a violation.
#include <catch2/catch.hpp>

#include "record_run.h"
#include "recorded.h"
#include "replay_of.h"

namespace ddireplay::tools::record {
namespace {

std::string program(const std::string& name) { return std::string(PROGRAMS) + "/" + name; }

// http.sys completes a request for the next HTTP request, where it had to wait for one, with the
// cancel routine of its waiting still set: a true C9:7, which not every run meets.
TEST_CASE("an HTTP server's requests through Wine's http.sys give no false finding") {
  const Bench bench;
  const auto trace = bench.file("http.ddt");
  const Ran ran = bench.record(
      {"--service", "http", "-q", "-o", trace, "--", program("http-server.exe"), "200"});
  CAPTURE(ran.err);
  CHECK_THAT(ran.err, Catch::Matchers::Contains("answered: 200"));
  CHECK(read_recorded(trace).calls_of["http.sys"]["cb:Dispatch"] > 800);
  std::set<std::string> rules = replay_of(trace).rules;
  rules.erase("C9:7");
  CHECK(rules.empty());
}

struct Work {
  std::vector<std::string> drivers;
  std::vector<std::string> program;
  std::string module;
};

TEST_CASE("volumes, TCP tables and HID devices of Wine's own drivers give no finding") {
  const Work work =
      GENERATE(Work{{"mountmgr"}, {"volumes.exe", "50"}, "mountmgr.sys"},
               Work{{"nsiproxy"}, {"tcp-table.exe", "1000"}, "nsiproxy.sys"},
               Work{{"winebus", "hidclass"}, {"hid-devices.exe", "50"}, "hidclass.sys"});
  const Bench bench;
  const auto trace = bench.file("own.ddt");
  std::vector<std::string> command = {"-q", "--check-exit", "-o", trace};
  for (const std::string& driver : work.drivers) {
    command.insert(command.begin(), {"--attach", driver});
  }
  command.insert(command.end(), {"--", program(work.program[0]), work.program[1]});
  const Ran ran = bench.record(command);
  CAPTURE(work.module, ran.err);
  CHECK(ran.status == 0);
  Recorded recorded = read_recorded(trace);
  CHECK(recorded.events > 2000);
  CHECK(recorded.calls_of[work.module]["IoCompleteRequest"] > 500);
  CHECK(replay_of(trace).rules.empty());
}

}  // namespace
}  // namespace ddireplay::tools::record
