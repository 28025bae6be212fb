// The parts of `ddireplay corpus` that decide: what differs, what is redundant, what belongs
// together.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tools/corpus/cover.h"
#include "tools/corpus/crash_note.h"
#include "tools/corpus/difference.h"
#include "tools/corpus/digest.h"
#include "tools/corpus/directory.h"
#include "tools/corpus/expectation.h"
#include "tools/corpus/junit.h"
#include "tools/corpus/result.h"
#include "tools/corpus/workers.h"

namespace ddireplay::tools::corpus {
namespace {

using format::ExitStatus;

ExpectedFinding finding(std::string rule, std::string fingerprint, std::uint64_t position) {
  return {.rule = std::move(rule),
          .fingerprint = std::move(fingerprint),
          .position = position,
          .driver = "My.sys",
          .verdict = "violation",
          .consequence_of = "",
          .repeats = 0};
}

Outcome outcome(std::vector<ExpectedFinding> findings) {
  Outcome result;
  result.status = findings.empty() ? ExitStatus::clean : ExitStatus::findings;
  result.events = 10;
  result.findings = std::move(findings);
  return result;
}

Entry entry(std::string name, std::uint64_t bytes, std::vector<ExpectedFinding> findings) {
  return {
      .name = std::move(name),
      .trace = {.path = "trace.ddt", .bytes = bytes},
      .expectation = {
          .sha256 = "", .rules = {"default"}, .note = "", .outcome = outcome(std::move(findings))}};
}

std::vector<std::string> kinds(const Outcome& expected, const Outcome& seen) {
  std::vector<std::string> result;
  for (const Difference& difference : differences(expected, seen)) {
    result.push_back(difference.kind);
  }
  return result;
}

using Kinds = std::vector<std::string>;
using Places = std::vector<std::size_t>;

TEST_CASE("the digest is SHA-256") {
  CHECK(sha256_of_text("abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_of_text("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("what is as it was does not differ, in whatever order") {
  const auto a = finding("C4:62", "a", 5);
  const auto b = finding("C4:60", "b", 5);
  CHECK(differences(outcome({a, b}), outcome({a, b})).empty());
  CHECK(differences(outcome({a, b}), outcome({b, a})).empty());
  CHECK(differences(outcome({a, a}), outcome({a, a})).empty());
}

TEST_CASE("a finding is lost, gained, moved or changed") {
  const auto a = finding("C4:62", "a", 5);
  const auto b = finding("C4:60", "b", 5);
  CHECK(kinds(outcome({a, b}), outcome({a})) == Kinds{"lost"});
  CHECK(kinds(outcome({a}), outcome({a, b})) == Kinds{"gained"});
  CHECK(kinds(outcome({a}), outcome({finding("C4:62", "a", 6)})) == Kinds{"moved"});
  CHECK(kinds(outcome({a, a}), outcome({a})) == Kinds{"lost"});
  // Another rule is another defect, whatever number it has.
  CHECK(kinds(outcome({a}), outcome({finding("C4:63", "a", 5)})) == Kinds{"lost", "gained"});
  for (const auto change : {+[](ExpectedFinding& one) { one.verdict = "unknown"; },
                            +[](ExpectedFinding& one) { one.consequence_of = "b"; },
                            +[](ExpectedFinding& one) { one.driver = "Other.sys"; },
                            +[](ExpectedFinding& one) { one.repeats = 3; }}) {
    auto changed = a;
    change(changed);
    CHECK(kinds(outcome({a}), outcome({changed})) == Kinds{"changed"});
  }
}

TEST_CASE("of many findings of one defect only the one that moved is told") {
  const std::vector<ExpectedFinding> expected = {finding("C4:62", "a", 1), finding("C4:62", "a", 2),
                                                 finding("C4:62", "a", 3)};
  const std::vector<ExpectedFinding> seen = {finding("C4:62", "a", 2), finding("C4:62", "a", 3),
                                             finding("C4:62", "a", 9)};
  const std::vector<Difference> found = differences(outcome(expected), outcome(seen));
  REQUIRE(found.size() == 1);
  CHECK(difference_text(found[0]) ==
        "moved    C4:62 of My.sys, fingerprint a: expected #1, seen #9");
}

TEST_CASE("a finding that moved and changed tells both") {
  auto seen = finding("C4:62", "a", 6);
  seen.verdict = "unknown";
  const auto found = differences(outcome({finding("C4:62", "a", 5)}), outcome({seen}));
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == "moved");
  CHECK(found[0].expected == "#5: violation, a root, of My.sys");
  CHECK(found[0].seen == "#6: unknown, a root, of My.sys");
}

TEST_CASE("status and count of events are compared") {
  Outcome seen = outcome({});
  seen.events = 11;
  CHECK(kinds(outcome({}), seen) == Kinds{"events"});
  seen = outcome({});
  seen.status = ExitStatus::unreadable;
  seen.unreadable_because = "a reason";
  const auto found = differences(outcome({}), seen);
  REQUIRE(found.size() == 1);
  CHECK(difference_text(found[0]) == "status   expected 0 (clean), seen 4 (unreadable): a reason");
}

TEST_CASE("an expectation comes back as it was, and its text is stable") {
  Expectation expectation{.sha256 = "abc",
                          .rules = {"default", "C4:1003"},
                          .note = "a \"note\"\nof two lines",
                          .outcome = outcome({finding("C4:62", "a", 5)})};
  expectation.outcome.findings[0].consequence_of = "b";
  expectation.outcome.findings[0].driver = "";
  const std::string text = expectation_text(expectation);
  const Expectation again = parse_expectation(text, "e.json");
  CHECK(again.note == expectation.note);
  CHECK(again.rules == expectation.rules);
  CHECK(again.outcome.findings == expectation.outcome.findings);
  CHECK(again.outcome.status == ExitStatus::findings);
  CHECK(expectation_text(again) == text);
}

TEST_CASE("names are readable, harmless, and tell content apart") {
  const std::string digest = "0123456789abcdef";
  CHECK(name_for("a/b/My trace (2).ddt", digest) == "My-trace-2-0123456789ab");
  CHECK(name_for("../..", digest) == "trace-0123456789ab");
  CHECK(name_for("/x/.hidden.txt", digest) == "hidden-0123456789ab");
  CHECK(name_for("\xc3\xa4.ddt", digest) == "trace-0123456789ab");
  CHECK(name_for(std::string(300, 'a') + ".ddt", digest) == std::string(48, 'a') + "-0123456789ab");
}

TEST_CASE("the smallest of equals stays, then the first by name") {
  const auto a = finding("C4:62", "a", 1);
  CHECK(redundant_entries({entry("x", 9, {a}), entry("y", 5, {a}), entry("z", 5, {a})}) ==
        Places{0, 2});
}

TEST_CASE("what adds most stays, and what that makes superfluous goes") {
  const auto a = finding("C4:62", "a", 1);
  const auto b = finding("C4:62", "b", 1);
  const auto c = finding("C4:62", "c", 1);
  const auto d = finding("C4:62", "d", 1);
  CHECK(redundant_entries({entry("x", 1, {a}), entry("y", 9, {a, b}), entry("z", 1, {b})}) ==
        Places{0, 2});
  // Greedy takes the middle first; the other two, needed for c and d, cover it.
  CHECK(redundant_entries({entry("x", 1, {a, b}), entry("y", 9, {a, c}), entry("z", 9, {b, d})}) ==
        Places{0});
}

TEST_CASE("a silent trace, a damaged one and an unknown verdict don't stand for a defect") {
  const auto a = finding("C4:62", "a", 1);
  auto unknown = a;
  unknown.verdict = "unknown";
  Entry damaged = entry("damaged", 1, {unknown});
  damaged.expectation.outcome.status = ExitStatus::incomplete;
  CHECK(redundant_entries({damaged, entry("silent", 1, {}), entry("whole", 9, {a})}) == Places{});
}

RunResult shard(std::size_t number, std::size_t of, std::vector<EntryResult> entries) {
  return {.directory = "c", .names = "n", .shard = {number, of}, .entries = std::move(entries)};
}

TEST_CASE("shards in any order are the whole") {
  EntryResult differs{.name = "b", .trace = "c/b"};
  differs.differences = {{"events", "", "1", "2"}};
  const EntryResult a{.name = "a", .trace = "c/a"};
  const EntryResult c{.name = "c", .trace = "c/c"};
  const RunResult whole = shard(1, 1, {a, differs, c});
  const RunResult merged = merge_results({shard(2, 2, {differs}), shard(1, 2, {a, c})});
  CHECK(result_json(merged) == result_json(whole));
  CHECK(result_text(merged) == result_text(whole));
  CHECK(junit_xml(merged) == junit_xml(whole));
  CHECK(merged.status() == ExitStatus::findings);
  CHECK(result_json(parse_result(result_json(whole), "r.json")) == result_json(whole));
}

TEST_CASE("every place is in one shard") {
  for (const std::size_t of : {1u, 2u, 7u, 20u}) {
    for (std::size_t place = 0; place < 20; ++place) {
      std::size_t holders = 0;
      for (std::size_t number = 1; number <= of; ++number) {
        if (Shard{number, of}.has(place)) ++holders;
      }
      CHECK(holders == 1);
    }
  }
}

TEST_CASE("missing shards are named") {
  CHECK_THROWS_WITH(merge_results({shard(2, 5, {}), shard(4, 5, {})}),
                    Catch::Contains("3 of 5 shards missing: 1, 3, 5;"));
}

TEST_CASE("a result of a number of shards that nobody has is refused") {
  RunResult result = shard(1, 1, {});
  result.shard.of = kShardsMax + 1;
  CHECK_THROWS_WITH(parse_result(result_json(result), "r.json"), Catch::Contains("shard"));
}

TEST_CASE("what XML can't hold does not get into it") {
  EntryResult odd{.name = "a<b>&\"\x01\xff", .trace = "t"};
  odd.problem = "p";
  const std::string xml = junit_xml(shard(1, 1, {odd}));
  CHECK(xml.find("a&lt;b&gt;&amp;&quot;??") != std::string::npos);
}

TEST_CASE("each piece of work is done once, and a failure comes through") {
  std::vector<std::size_t> order(1000);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (const unsigned threads : {1u, 4u}) {
    std::vector<std::atomic<int>> done(order.size());
    on_all_cores(order, threads, "", [&](std::size_t i) { ++done[i]; });
    CHECK(std::all_of(done.begin(), done.end(), [](const auto& count) { return count == 1; }));
    CHECK_THROWS_AS(on_all_cores(order, threads, "",
                                 [](std::size_t i) {
                                   if (i == 500) throw std::runtime_error("here");
                                 }),
                    std::runtime_error);
  }
  on_all_cores({}, 4, "", [](std::size_t) { FAIL("there is nothing to do"); });
}

// What a child says that runs `crash`, and how it ends.
std::pair<std::string, int> last_words(void (*crash)()) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    name_trace_in_crash();
    crash();
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return {text, status};
}

TEST_CASE("a crash names the trace, and stays a crash") {
  const auto [text, status] = last_words([] {
    const std::string path = "c/the-trace/trace.ddt";
    const TraceInPlay in_play(path);
    std::abort();
  });
  CHECK(text.find("c/the-trace/trace.ddt: the program crashed") != std::string::npos);
  CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
}

TEST_CASE("a crash outside a replay names none") {
  const auto [text, status] = last_words([] {
    const std::string path = "c/the-trace/trace.ddt";
    { const TraceInPlay in_play(path); }
    std::abort();
  });
  CHECK(text.find("the-trace") == std::string::npos);
  CHECK(WIFSIGNALED(status));
}

}  // namespace
}  // namespace ddireplay::tools::corpus
