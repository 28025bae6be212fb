// A recording that is read while its writer writes it.
#include <catch2/catch.hpp>
#include <deque>
#include <random>
#include <sstream>

#include "format/text_form.h"
#include "tests/format/growing_bytes.h"
#include "tests/recorder/recording.h"

namespace ddireplay::recorder {
namespace {

using format::test::FinishedTrace;
using format::test::FollowedTrace;
using format::test::GrowingBytes;
using format::test::is_beginning;

constexpr std::uint32_t kProcessors = 3;

RecorderConfig three_processors() {
  RecorderConfig config = small_config();
  config.processors = kProcessors;
  return config;
}

std::uint16_t function_of_calls(Recording& recording) {
  const auto functions = recording.recorder.tables().functions();
  std::size_t place = 0;
  while (functions[place].name != "ExFreePool") ++place;
  return static_cast<std::uint16_t>(place);
}

std::string text_of(format::TraceReader& reader) {
  std::ostringstream text;
  format::write_text(reader, text);
  return text.str();
}

// Everything that may come in a writer's way, at random: flushes and pumps that only take what is
// filling up, records that are reserved long before they are committed, a flush in the middle of a
// reservation, losses, and a reader that sees the file end anywhere.
class Chaos {
 public:
  explicit Chaos(std::uint32_t seed) : random_(seed) {
    REQUIRE(recording_.begin());
    free_ = recording_.recorder.stub_for_import("ExFreePool", recording_.target, 0x9000);
  }

  void run() {
    for (int step = 0; step < 300; ++step) {
      act();
      look(random_() % 3 == 0);
    }
    while (!torn_.empty()) commit_oldest();
    REQUIRE(recording_.writer.finish(format::EndReason::stopped, false, {}));
    look(true);
    followed_.complete();
    const FinishedTrace finished(bytes());
    CHECK(followed_.lines() == finished.lines);
    for (const std::size_t size : sizes_) {
      const std::vector<std::string> seen(
          followed_.lines().begin(), followed_.lines().begin() + static_cast<std::ptrdiff_t>(size));
      if (!is_beginning(seen, finished.lines)) FAIL_CHECK("what was read is not a beginning");
    }
    CHECK(finished.reader.condition().complete() == (recording_.writer.lost() == 0));
    go_through_text();
  }

 private:
  // Marks are no part of the text, and nothing that is missing either.
  void go_through_text() {
    auto reader = format::TraceReader::from_bytes(bytes(), "recording");
    const std::string text = text_of(reader);
    auto back = format::trace_from_text(text, "text");
    CHECK(back.condition().missing_chunks == 0);
    CHECK(back.condition().complete() == reader.condition().complete());
    CHECK(text_of(back) == text);
  }

  struct Torn {
    std::uint32_t processor;
    Ring::Reservation reservation;
  };

  const std::vector<std::byte>& bytes() const { return recording_.output.bytes; }

  void act() {
    const std::uint32_t processor = random_() % kProcessors;
    fake::be(processor, 7 + processor, 0);
    switch (random_() % 12) {
      case 0:
        REQUIRE(recording_.writer.pump(true));
        break;
      case 1:
        REQUIRE(recording_.writer.pump(false));
        break;
      case 2:
        reserve(processor);
        break;
      case 3:
        if (!torn_.empty()) commit_oldest();
        break;
      case 4:
        call_across_flush();
        break;
      case 5:
        // More than a ring takes, now and then.
        for (unsigned i = random_() % 16 == 0 ? 300 : 60; i != 0; --i) call();
        break;
      default:
        call();
        break;
    }
  }

  void call() { caller_.enter(free_, {next_value_++}); }

  // The clock has been read, and before the event has its place the writer takes out everything.
  void call_across_flush() {
    fake::at_clock([this] {
      fake::at_clock({});
      REQUIRE(recording_.writer.pump(true));
    });
    call();
    fake::at_clock({});
  }

  void reserve(std::uint32_t processor) {
    if (torn_.size() > 2) return;
    Torn torn{processor, {}};
    if (!recording_.recorder.rings()[processor].reserve(1, torn.reservation)) return;
    torn_.push_back(torn);
  }

  void commit_oldest() {
    const std::uint64_t value = next_value_++;
    recording_.recorder.rings()[torn_.front().processor].commit(
        torn_.front().reservation, {.thread = 99, .function = function_of_calls(recording_)},
        {&value, 1});
    torn_.pop_front();
  }

  void look(bool at_all) {
    const std::size_t rest = bytes().size() - file_.size();
    REQUIRE(file_.grow(bytes(), file_.size() + (at_all ? rest : random_() % (rest + 1))));
    followed_.look();
    sizes_.push_back(followed_.lines().size());
  }

  std::mt19937 random_;
  Recording recording_{three_processors(), {.chunk_slots = 128, .index_chunks = 4096}};
  Caller caller_{recording_.recorder, {Recording::kDriver + 0x10}};
  std::uint64_t free_ = 0;
  std::uint64_t next_value_ = 1;
  std::deque<Torn> torn_;
  GrowingBytes file_;
  FollowedTrace followed_{file_.fd()};
  std::vector<std::size_t> sizes_;
};

TEST_CASE("whatever comes in the writer's way, a follower reads what the finished trace has",
          "[follow]") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Chaos(seed).run();
  }
}

TEST_CASE("behind a flush everything before it is certain, though processors are silent",
          "[follow]") {
  Recording recording(three_processors());
  REQUIRE(recording.begin());
  const auto free = recording.recorder.stub_for_import("ExFreePool", recording.target, 0x9000);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  GrowingBytes file;
  FollowedTrace followed(file.fd());
  const auto flush = [&] {
    REQUIRE(recording.writer.pump(true));
    REQUIRE(file.grow(recording.output.bytes, recording.output.bytes.size()));
    followed.look();
  };
  fake::be(1, 8, 0);
  for (std::uint64_t i = 0; i < 10; ++i) caller.enter(free, {i});
  flush();
  CHECK(followed.lines().size() == 10);

  // What has its place and isn't there yet holds back what is behind it, and nothing else.
  Ring::Reservation torn;
  REQUIRE(recording.recorder.rings()[2].reserve(1, torn));
  caller.enter(free, {10});
  flush();
  CHECK(followed.lines().size() == 10);
  const std::uint64_t value = 11;
  recording.recorder.rings()[2].commit(
      torn, {.thread = 9, .function = function_of_calls(recording)}, {&value, 1});
  flush();
  CHECK(followed.lines().size() == 12);
}

TEST_CASE("where nothing happens nothing is written", "[follow]") {
  Recording recording(three_processors());
  REQUIRE(recording.begin());
  const auto free = recording.recorder.stub_for_import("ExFreePool", recording.target, 0x9000);
  Caller caller(recording.recorder, {Recording::kDriver + 0x10});
  fake::be(0, 7, 0);
  caller.enter(free, {1});
  REQUIRE(recording.writer.pump(true));
  const std::size_t bytes = recording.output.bytes.size();
  for (int i = 0; i < 5; ++i) REQUIRE(recording.writer.pump(true));
  CHECK(recording.output.bytes.size() == bytes);
}

}  // namespace
}  // namespace ddireplay::recorder
