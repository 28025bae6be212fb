// Scenes by way of checkpoints, beside scenes that come from the start of the trace.
#include "tools/debugger/scene.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <random>

#include "format/trace_writer.h"
#include "tools/debugger/checkpoints.h"
#include "tools/debugger/world_commands.h"

namespace ddireplay::tools {
namespace {

constexpr std::uint64_t kEvents = 4000;
constexpr std::uint64_t kInterval = 400;
constexpr std::uint16_t kProcessors = 3;

// Pool traffic, with events lost here and there: at first before every event.
std::vector<std::byte> make_trace() {
  format::FileHeader header{};
  header.pointer_bytes = 8;
  header.processor_count = kProcessors;
  header.clock_hz = 1'000'000'000;
  format::TraceWriter writer(header, {.events_per_chunk = 1000});
  const format::ModuleId module = writer.add_module(
      {.name = "Walk.sys", .base = 0xfffff80010000000, .size = 0x10000, .is_target = true});
  const auto add_function = [&](const char* name) {
    const format::DdiRow& row = *format::find_ddi(name);
    return writer.add_function(row.name, row.prototype, row.derived, module, 0);
  };
  const format::FunctionId allocate = add_function("ExAllocatePoolWithTag");
  const format::FunctionId free = add_function("ExFreePoolWithTag");
  std::mt19937_64 random(7);
  std::vector<std::uint64_t> live;
  for (std::uint64_t i = 0; i < kEvents; ++i) {
    const std::uint64_t time = 10 * i + 1;
    const auto processor = static_cast<std::uint16_t>(random() % kProcessors);
    if (i < 200 || random() % 1000 == 0) writer.gap(processor, 1 + random() % 5);
    const std::array frames = {0xfffff80010000000 + random() % 64,
                               std::uint64_t{0xfffff80010001000}};
    format::NewEvent event{.time = time,
                           .thread = 0x1000u + processor,
                           .function = allocate,
                           .stack = writer.add_stack(frames),
                           .processor = processor};
    if (live.size() > 20 && random() % 2 == 0) {
      std::swap(live[random() % live.size()], live.back());
      const std::array<std::uint64_t, 2> values = {live.back(), 0x6b6c6157};
      live.pop_back();
      event.function = free;
      event.values = values;
      writer.append(event);
    } else {
      live.push_back(0xffffe00000000000 + 0x100 * i);
      const std::array<std::uint64_t, 4> values = {0x200, 0x10 + i % 0x80, 0x6b6c6157, live.back()};
      event.flags = format::event_flags::exit;
      event.values = values;
      writer.append(event);
    }
  }
  writer.finish({});
  return writer.take_bytes();
}

class Walk {
 public:
  Walk() { replay::Replay(trace_, {}).run(); }  // the tables are those of the whole trace

  std::unique_ptr<Run> make_scene() {
    return std::make_unique<Scene>(
        trace_, [this](const replay::World& world, std::string_view command) {
          return run_world_command({trace_, report_, symbolizer_}, world, {}, command);
        });
  }

  std::unique_ptr<Run> from_the_start(std::uint64_t position) {
    std::unique_ptr<Run> scene = make_scene();
    scene->advance_to(position);
    return scene;
  }

  format::TraceReader& trace() { return trace_; }

 private:
  format::TraceReader trace_ = format::TraceReader::from_bytes(make_trace(), "walk");
  replay::Report report_;
  Symbolizer symbolizer_{trace_, ""};
};

// All that there is of an event, whose values lie elsewhere in each process.
std::string text_of(const StoredEvent* stored) {
  if (stored == nullptr) return "none";
  const format::Event& event = stored->event;
  return fmt::format("{} {} {} {} {} {} {} {} {:x}", event.position, event.time, event.thread,
                     event.function, event.stack, event.processor, event.irql, event.flags,
                     fmt::join(stored->values, " "));
}

std::string event_text(const std::string& answer) {
  return text_of(Scene::read_event(answer).get());
}

}  // namespace

TEST_CASE("a random walk sees at each position what a replay from the start sees") {
  Walk walk;
  Checkpoints checkpoints([&] { return walk.make_scene(); }, kInterval);
  const std::string event = Scene::event_question();
  const std::string verifier = Scene::command_question("!verifier 3");
  std::mt19937 random(3);
  std::uint64_t position = kEvents;
  for (int i = 0; i < 200; ++i) {
    INFO("step " << i << ", position " << position);
    const std::unique_ptr<Run> expected = walk.from_the_start(position);
    REQUIRE(event_text(checkpoints.ask(position, event)) == event_text(expected->answer(event)));
    REQUIRE(checkpoints.ask(position, verifier) == expected->answer(verifier));
    const bool steps = random() % 3 == 0;
    if (!steps)
      position = random() % (kEvents + 1);
    else if (position < kEvents && random() % 2 == 0)
      ++position;
    else if (position > 0)
      --position;
  }
}

TEST_CASE("the event that comes next is the trace's, whatever was lost before it") {
  Walk walk;
  std::vector<std::string> events;
  {
    format::EventSource source(walk.trace());
    for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
      for (const format::Event& event : batch) {
        if (event.function == format::kGap) continue;
        const StoredEvent stored(event);
        events.push_back(text_of(&stored));
      }
    }
  }
  REQUIRE(events.size() == kEvents);
  const std::unique_ptr<Run> scene = walk.make_scene();
  const auto next = [&] { return event_text(scene->answer(Scene::event_question())); };
  for (std::uint64_t i = 0; i < kEvents; ++i) {
    REQUIRE(next() == events[i]);
    REQUIRE(next() == events[i]);
    scene->advance_to(i + 1);
  }
  CHECK(next() == "none");
}

TEST_CASE("a scene that has rested goes on as if it had not") {
  Walk walk;
  const std::unique_ptr<Run> scene = walk.make_scene();
  const std::string event = Scene::event_question();
  const std::string verifier = Scene::command_question("!verifier 3");
  for (std::uint64_t position = 1; position <= kEvents; position += 97) {
    INFO("position " << position);
    scene->advance_to(position);
    scene->rest();
    REQUIRE(scene->answer(verifier) == walk.from_the_start(position)->answer(verifier));
  }
  scene->rest();
  const std::uint64_t last = 1 + (kEvents - 1) / 97 * 97;
  CHECK(event_text(scene->answer(event)) == event_text(walk.from_the_start(last)->answer(event)));
}

TEST_CASE("to look at the next event changes nothing of what comes") {
  Walk walk;
  replay::Replay looking(walk.trace(), {});
  while (looking.next_event() != nullptr) looking.run_to(looking.position() + 1);
  looking.run();
  const std::uint64_t lost = looking.world().trust().lost();
  const std::uint64_t blind = [&] {
    replay::Replay replay(walk.trace(), {});
    replay.run();
    return replay.world().trust().lost();
  }();
  CHECK(looking.report().events == kEvents);
  CHECK(lost == blind);
  CHECK(lost > 0);
}

}  // namespace ddireplay::tools
