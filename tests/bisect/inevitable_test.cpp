// The event that made a finding inevitable, shape by shape.
#include "tools/bisect/inevitable.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "checkers/registry.h"
#include "format/text_form.h"
#include "replay/finding_collector.h"
#include "replay/replay.h"

namespace ddireplay::tools::bisect {
namespace {

constexpr const char* kHead =
    "ddireplay-text 1\nmachine irql=hardware\n"
    "module My.sys base=0x9a3be000 size=0x6000 target\n"
    "stack s1 My.sys+0x1010 My.sys+0x1110\nstack s2 My.sys+0x1020 My.sys+0x1110\n"
    "stack s3 My.sys+0x1010 My.sys+0x1210\n";
constexpr const char* kTail = "cb:ImageUnload ImageBase=0x9a3be000 ImageSize=0x6000\n";

// All of one finding, which lives as long as this.
class Case {
 public:
  Case(const std::string& events, const std::string& rule)
      : trace_(format::trace_from_text(kHead + events, "case")),
        checkers_(checkers::make_all_checkers()),
        replay_(trace_, checkers_, {.threads = 1, .rules = {rule}}) {
    replay_.run();
    REQUIRE(replay_.report().findings.size() == 1);
    found = find_inevitable(trace_, replay_.report().findings.front());
  }

  Inevitable found;
  const replay::Finding& finding() const { return replay_.report().findings.front(); }

 private:
  format::TraceReader trace_;
  std::vector<std::unique_ptr<replay::Checker>> checkers_;
  replay::Replay replay_;
};

std::string enter(int irp, int code, int thread = 1) {
  return "t" + std::to_string(thread) + " > cb:Dispatch Irp=" + std::to_string(0x70000 + irp) +
         " StackLocation=0x60000 Major=14 Parameter3=" + std::to_string(code) + "\n";
}
std::string leave(int irp, int thread = 1) {
  return "t" + std::to_string(thread) + " < cb:Dispatch Irp=" + std::to_string(0x70000 + irp) +
         " StackLocation=0x60000 return=0\n";
}
std::string complete(int irp) {
  return "IofCompleteRequest Irp=" + std::to_string(0x70000 + irp) + " StackLocation=0x60000\n";
}
std::string allocate(int block, const char* stack = "s1") {
  return "ExAllocatePoolWithTag NumberOfBytes=0x10 Tag='mdrv' return=" +
         std::to_string(0x10000 + block * 0x1000) + " " + stack + "\n";
}
std::string free_block(int block, const char* stack = "s2") {
  return "ExFreePoolWithTag P=" + std::to_string(0x10000 + block * 0x1000) + " Tag='mdrv' " +
         stack + "\n";
}
// A request that allocates, and frees unless it is to leak.
std::string request(int number, bool leaks) {
  return enter(number, 0x222000) + allocate(number) + (leaks ? "" : free_block(number)) +
         complete(number) + leave(number);
}

TEST_CASE("what siblings lose before their request is complete was lost with that") {
  std::string events;
  for (int i = 1; i <= 5; ++i) events += request(i, false);  // #1 to #25
  events += request(6, true);                                // #26 to #29, completed at #28
  events += request(7, false);
  const Case one(events + kTail, "C4:62");
  CHECK(one.found.shape == Shape::left_over);
  CHECK(one.found.position == 28);
  REQUIRE(one.found.groups.size() == 1);
  const LostGroup& group = one.found.groups.front();
  CHECK(group.by_completion);
  CHECK(group.same_path);
  CHECK(group.siblings.begun == 7);
  CHECK(group.siblings.ended == 6);
  REQUIRE(group.way);
  CHECK(group.way->when == When::before_completion);
  CHECK(group.way->activity.has_major);
  CHECK(group.way->activity.code == 0x222000);
}

TEST_CASE(
    "what siblings lose behind the completion, in the same callback, was lost at its return") {
  const auto late = [](int number, bool leaks) {
    return enter(number, 1) + allocate(number) + complete(number) +
           (leaks ? "" : free_block(number)) + leave(number);
  };
  const Case one(late(1, false) + late(2, true) + late(3, false) + kTail, "C4:62");
  CHECK(one.found.position == 9);
  REQUIRE(one.found.groups.front().way);
  CHECK(one.found.groups.front().way->when == When::same_callback);
}

TEST_CASE("what another request frees was lost at the last such request") {
  const auto start = [](int number) {
    return enter(number, 1) + allocate(number) + complete(number) + leave(number);
  };
  const auto stop = [](int number, int block) {
    return enter(number, 2) + (block == 0 ? "" : free_block(block)) + complete(number) +
           leave(number);
  };
  // #1-4, #5-8; #9-12 frees the first, #13-15 nothing; #16-19 is of another code.
  const Case one(start(1) + start(2) + stop(3, 1) + stop(4, 0) + start(5) + enter(6, 7) +
                     free_block(5) + complete(6) + leave(6) + kTail,
                 "C4:62");
  REQUIRE(one.found.groups.front().way);
  // The latest of both ways: the request of the other code, which returns at #23.
  CHECK(one.found.groups.front().way->when == When::elsewhere);
  CHECK(one.found.groups.front().siblings.ways.size() == 2);
  CHECK(one.found.position == 23);
}

TEST_CASE("a request whose completion is not seen is not waited for") {
  // Passed on for good; what it has begun goes at unload.
  const auto pass = [](int number) {
    return enter(number, 1) + allocate(number) +
           "> IofCallDriver DeviceObject=0x9000 Irp=" + std::to_string(0x70000 + number) + "\n" +
           "< IofCallDriver DeviceObject=0x9000 Irp=" + std::to_string(0x70000 + number) +
           " return=0\n" + leave(number);
  };
  // #1-5, #6-10; #11-13.
  const Case one(pass(1) + pass(2) + "> cb:Unload\n" + free_block(1) + "< cb:Unload\n" + kTail,
                 "C4:62");
  REQUIRE(one.found.groups.front().way);
  CHECK(one.found.groups.front().way->when == When::elsewhere);
  CHECK(one.found.position == 13);
}

TEST_CASE("a pending request is its own even in a DPC") {
  const auto dpc = [](int number, bool leaks) {
    return "irql2 > cb:Dpc Dpc=0x4000\nirql2 " +
           (leaks ? "KeSetEvent Event=0x2000\n" : free_block(number)) + "irql2 " +
           complete(number) + "irql2 < cb:Dpc Dpc=0x4000\n";
  };
  const auto start = [](int number) {
    return enter(number, 1) + allocate(number) +
           "t1 < cb:Dispatch Irp=" + std::to_string(0x70000 + number) +
           " StackLocation=0x60000 return=0x103\n";
  };
  // #1-3, #4-7; #8-10, #11-14, completed at #13.
  const Case one(start(1) + dpc(1, false) + start(2) + dpc(2, true) + kTail, "C4:62");
  REQUIRE(one.found.groups.front().way);
  CHECK(one.found.groups.front().way->when == When::before_completion);
  CHECK(one.found.position == 13);
}

TEST_CASE("without a sibling that was freed there is only the last mention") {
  const Case alone(allocate(1) + "IoFreeMdl Mdl=0x999000\n" + "KeSetEvent Event=0x11000\n" +
                       "KeSetEvent Event=0x11008\n" + kTail,
                   "C4:62");
  CHECK(alone.found.shape == Shape::left_over);
  REQUIRE(alone.found.groups.size() == 1);
  CHECK_FALSE(alone.found.groups.front().way);
  CHECK(alone.found.is_last_mention());
  CHECK(alone.found.position == 3);
  // An ordinary number of the same value is no mention.
  const Case number(
      allocate(1) + "ExAllocatePoolWithTag NumberOfBytes=69632 Tag='aaaa' return=0\n" + kTail,
      "C4:62");
  CHECK(number.found.position == 1);
}

TEST_CASE("a path of its own is compared with its own, else with the same call on other paths") {
  const std::string wrapped =
      enter(1, 1) + allocate(1, "s3") + free_block(1) + complete(1) + leave(1);
  const Case other(wrapped + enter(2, 1) + allocate(2, "s1") + complete(2) + leave(2) + kTail,
                   "C4:62");
  REQUIRE(other.found.groups.front().way);
  CHECK_FALSE(other.found.groups.front().same_path);
  CHECK(other.found.position == 8);
}

TEST_CASE("the object that was lost first comes first, its path told once") {
  std::string events = request(1, false);  // #1-5
  events += request(2, true);              // #6-9: lost at #8
  events += request(3, true);              // lost at #12
  events += allocate(9, "s2");             // another path
  const Case one(events + kTail, "C4:62");
  REQUIRE(one.found.groups.size() == 2);
  CHECK(one.found.position == 8);
  CHECK(one.found.groups[0].lost == 2);
  CHECK(one.found.groups[1].lost == 1);
  CHECK_FALSE(one.found.groups[1].way);
}

TEST_CASE("of a double free the first one counts") {
  const Case one(allocate(1) + free_block(1) + "KeSetEvent Event=0x2000\n" + free_block(1),
                 "C4:13");
  CHECK(one.found.shape == Shape::double_end);
  CHECK(one.found.position == 2);
}

TEST_CASE("a level comes from the raise that was not lowered") {
  const Case raised(
      "irql0 KeRaiseIrqlToDpcLevel return=0\n"
      "t2 irql0 KeSetEvent Event=0x2000\n"
      "t1 irql2 KeSetEvent Event=0x2000\n"
      "t1 irql2 ExAllocatePoolWithTag PoolType=1 NumberOfBytes=1 Tag='mdrv' "
      "return=0x5000\n",
      "C4:1");
  CHECK(raised.found.shape == Shape::wrong_level);
  CHECK(raised.found.level.cause == LevelCause::moved);
  CHECK(raised.found.position == 1);
}

TEST_CASE("a level comes from the callback that was entered at it, and not from an earlier one") {
  const std::string quiet = "irql2 > cb:Dpc Dpc=0x4000\nirql2 < cb:Dpc Dpc=0x4000\n";
  const Case entered("irql0 KeSetEvent Event=0x2000\n" + quiet +
                         "irql2 > cb:Dpc Dpc=0x4000\n"
                         "irql2 ExAllocatePoolWithTag PoolType=1 NumberOfBytes=1 Tag='mdrv' "
                         "return=0x5000\n",
                     "C4:1");
  CHECK(entered.found.level.cause == LevelCause::entered);
  CHECK(entered.found.position == 4);
}

TEST_CASE("a level that nothing recorded has moved is told as that") {
  const Case unseen(
      "irql0 KeSetEvent Event=0x2000\nirql2 KeSetEvent Event=0x2000\n"
      "irql2 ExAllocatePoolWithTag PoolType=1 NumberOfBytes=1 Tag='mdrv' "
      "return=0x5000\n",
      "C4:1");
  CHECK(unseen.found.level.cause == LevelCause::unseen);
  CHECK(unseen.found.position == 2);
}

TEST_CASE("any other rule is about its call") {
  const Case one("ExAllocatePoolWithTag NumberOfBytes=0 Tag='mdrv' return=0x5000\n", "C4:0");
  CHECK(one.found.shape == Shape::other);
  CHECK(one.found.position == one.finding().position);
}

TEST_CASE("the table names rules that there are, each once") {
  std::vector<std::string> ids;
  for (const auto& checker : checkers::make_all_checkers()) {
    for (const replay::Rule& rule : checker->rules()) ids.push_back(rule.id());
  }
  std::size_t named = 0;
  for (const std::string& id : ids) {
    std::size_t rows = 0;
    for (const RuleShape& shape : rule_shapes()) rows += replay::contains_id(shape.rules, id);
    CAPTURE(id);
    CHECK(rows <= 1);
    named += rows;
  }
  std::size_t words = 0;
  for (const RuleShape& shape : rule_shapes()) {
    words += 1 + std::count(shape.rules.begin(), shape.rules.end(), ' ');
    CHECK((shape.shape == Shape::left_over) == (shape.life != nullptr));
  }
  CHECK(words == named);
}

}  // namespace
}  // namespace ddireplay::tools::bisect
