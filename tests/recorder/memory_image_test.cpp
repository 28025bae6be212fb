// A dump of a recorder's memory gives up the events that are in no chunk yet.
#include "format/freestanding/memory_image.h"

#include <catch2/catch.hpp>
#include <functional>
#include <random>
#include <utility>

#include "format/memory_carver.h"
#include "format/trace_reader.h"
#include "tests/recorder/recording.h"

namespace ddireplay::recorder {
namespace {

using Dump = std::vector<std::byte>;

// As it would lie in a dump: behind other things, at no certain place.
Dump dump_of(Recording& recording, std::size_t before = 777) {
  Dump dump(before, std::byte{0x5a});
  const auto memory = recording.memory.span();
  dump.insert(dump.end(), memory.begin(), memory.end());
  return dump;
}

std::vector<format::FoundChunk> images_in(const Dump& dump) {
  const format::Bytes source = dump;
  std::vector<format::FoundChunk> images;
  for (const format::FoundTrace& trace : format::find_traces({&source, 1})) {
    for (const format::FoundChunk& chunk : trace.chunks) {
      if (chunk.header.kind == format::ChunkKind::memory) images.push_back(chunk);
    }
  }
  return images;
}

struct Tail {
  std::vector<std::uint64_t> first_values;
  std::vector<std::uint64_t> lost;
  std::vector<std::string> functions;
  std::vector<std::size_t> depths;
  std::vector<std::uint32_t> numbers;
};

Tail tail_in(const Dump& dump) {
  Tail tail;
  const auto images = images_in(dump);
  REQUIRE(images.size() == 1);
  const auto carved = format::carve_memory(dump, images.front());
  REQUIRE(carved);
  auto reader = format::TraceReader::from_bytes(carved->trace, "tail");
  CHECK(reader.header().trace_id == 42);
  CHECK(reader.condition().damaged_chunks == 0);
  format::EventSource source(reader);
  for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
    for (const format::Event& event : batch) {
      if (event.function == format::kGap) {
        if (event.values[0] != 0) tail.lost.push_back(event.values[0]);
        continue;
      }
      tail.first_values.push_back(event.values[0]);
      tail.functions.push_back(reader.function(event.function).name);
      tail.depths.push_back(event.stack == format::kNoStack ? 0 : reader.stack(event.stack).size());
    }
  }
  for (const format::ChunkInfo& chunk : reader.chunks()) {
    tail.numbers.push_back(chunk.header.number);
  }
  return tail;
}

struct Scene {
  Scene() {
    REQUIRE(recording.begin());
    fake::be(0, 7, 2);
    free = recording.recorder.stub_for_import("ExFreePool", recording.target, 0x9000);
  }

  Recording recording;
  Caller caller{recording.recorder, {Recording::kDriver + 0x10, 0x5678}};
  std::uint64_t free = 0;
};

TEST_CASE("what is in the rings is found, with names and stacks, behind what was written") {
  Scene scene;
  scene.caller.enter(scene.free, {1});
  REQUIRE(scene.recording.writer.pump(true));
  scene.caller.enter(scene.free, {2});
  fake::be(1, 8, 0);
  const auto unknown =
      scene.recording.recorder.stub_for_import("MyImport", scene.recording.target, 0x9100);
  scene.caller.call(unknown, {3, 4, 5, 6}, 7);
  const Tail tail = tail_in(dump_of(scene.recording));
  CHECK(tail.first_values == std::vector<std::uint64_t>{2, 3});
  CHECK(tail.functions == std::vector<std::string>{"ExFreePool", "MyImport"});
  CHECK(tail.depths == std::vector<std::size_t>{2, 2});
  // 1 is the mark behind what was written.
  CHECK(tail.numbers == std::vector<std::uint32_t>{2, 3});
  CHECK(tail.lost.empty());
}

TEST_CASE("records that go round the ring's end, and losses in it, are where they were") {
  Scene scene;
  for (std::uint64_t i = 0; i < 250; ++i) scene.caller.enter(scene.free, {i});
  REQUIRE(scene.recording.writer.pump(true));
  for (std::uint64_t i = 0; i < 256 + 5; ++i) scene.caller.enter(scene.free, {1000 + i});
  Tail tail = tail_in(dump_of(scene.recording));
  REQUIRE(tail.first_values.size() == 256);
  CHECK(tail.first_values.front() == 1000);
  CHECK(tail.first_values.back() == 1255);
  CHECK(tail.lost == std::vector<std::uint64_t>{5});
}

TEST_CASE("a record that was just being stored hides what is behind it, which is counted") {
  Scene scene;
  scene.caller.enter(scene.free, {1});
  Ring::Reservation torn;
  REQUIRE(scene.recording.recorder.rings()[0].reserve(1, torn));
  scene.caller.enter(scene.free, {2});
  const Tail tail = tail_in(dump_of(scene.recording));
  CHECK(tail.first_values == std::vector<std::uint64_t>{1});
  CHECK(tail.lost == std::vector<std::uint64_t>{2});
}

// Takes a dump at the moment at which the first chunk is about to be written.
class DumpingOutput final : public Output {
 public:
  bool append(std::span<const std::byte>) override {
    if (std::exchange(dump_now, false)) dump = take();
    return true;
  }
  bool write_at(std::uint64_t, std::span<const std::byte>) override { return true; }
  void truncate(std::uint64_t) override {}

  std::function<Dump()> take;
  bool dump_now = false;
  Dump dump;
};

TEST_CASE("while the writer has them, they are found once") {
  const RecorderConfig config = small_config();
  const WriterConfig writer_config = {.chunk_slots = 128, .index_chunks = 64};
  const std::size_t recorder_bytes = Recorder::bytes_needed(config);
  AlignedMemory memory(recorder_bytes + Writer::bytes_needed(config, writer_config));
  DumpingOutput output;
  Recorder recorder(config, memory.span().first(recorder_bytes));
  Writer writer(recorder, config, writer_config, output, memory.span().subspan(recorder_bytes));
  output.take = [&] { return Dump(memory.span().begin(), memory.span().end()); };
  const std::uint16_t module = recorder.tables().add_module(
      {.name = "MyDriver.sys", .base = Recording::kDriver, .size = 0x10000, .is_target = true});
  const std::uint16_t target = recorder.add_target(Recording::kDriver, 0x10000, module);
  recorder.set_recording(true);
  format::FileHeader header = {};
  header.pointer_bytes = 8;
  header.processor_count = 2;
  header.clock_hz = 10'000'000;
  header.trace_id = 42;
  REQUIRE(writer.begin(header));
  fake::be(0, 7, 0);
  Caller caller(recorder, {Recording::kDriver + 0x10});
  const auto free = recorder.stub_for_import("ExFreePool", target, 0x9000);
  for (std::uint64_t i = 0; i < 20; ++i) caller.enter(free, {i});
  output.dump_now = true;
  REQUIRE(writer.pump(true));
  const Tail tail = tail_in(output.dump);
  CHECK(tail.first_values.size() == 20);
  CHECK(tail.numbers == std::vector<std::uint32_t>{0});
}

TEST_CASE("a recording that is closed leaves nothing to be found") {
  Scene scene;
  REQUIRE(scene.recording.writer.finish(format::EndReason::stopped, false, {}));
  CHECK(images_in(dump_of(scene.recording)).empty());
}

TEST_CASE("a dump that is cut or wrong anywhere is survived") {
  Scene scene;
  for (std::uint64_t i = 0; i < 50; ++i) scene.caller.enter(scene.free, {i});
  const Dump dump = dump_of(scene.recording, 0);
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    Dump damaged = dump;
    if (i % 4 == 0) damaged.resize(400 + random() % (dump.size() - 400));
    // Behind the image, whose checksum would give it away.
    for (int j = 0; j < 40 && damaged.size() > 500; ++j) {
      damaged[400 + random() % (damaged.size() - 400)] = static_cast<std::byte>(random());
    }
    for (const format::FoundChunk& image : images_in(damaged)) {
      const auto tail = format::carve_memory(damaged, image);
      if (tail) CHECK_NOTHROW(format::TraceReader::from_bytes(tail->trace, "tail"));
    }
  }
}

}  // namespace
}  // namespace ddireplay::recorder
