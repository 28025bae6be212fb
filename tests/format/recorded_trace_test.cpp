// A trace as a recorder writes it: with the freestanding encoders alone, from tables of its own.
#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <sstream>

#include "format/freestanding/chunk_encoder.h"
#include "format/freestanding/ddi_table.h"
#include "format/freestanding/footer_encoder.h"
#include "format/text_form.h"
#include "tests/format/random_trace.h"
#include "tests/format/scratch_dir.h"

namespace ddireplay::format {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::uint64_t kTraceId = 0x123456789abcdef0;

class Recorder {
 public:
  Recorder()
      : scratch_(slots(ChunkEncoder::scratch_bytes(kLimits))),
        output_(slots(ChunkEncoder::chunk_bytes(kLimits))),
        encoder_(kLimits, std::as_writable_bytes(std::span(scratch_))) {
    FileHeader header{};
    header.pointer_bytes = 8;
    header.irql_source = IrqlSource::virtualised;
    header.host = Host::wine;
    header.processor_count = 2;
    header.os_build = 19042;
    header.trace_id = kTraceId;
    header.clock_hz = 2'000'000'000;
    header.start_clock = 10;
    header.start_filetime = 132'000'000'000'000'000;
    seal_file_header(header);
    append(std::as_bytes(std::span(&header, 1)));
    for (const std::string_view name : {"ExFreePool", "cb:Dpc", "KeCancelTimer", "cb:Dpc"}) {
      add_function(name);
    }
  }

  void record(std::uint16_t processor, std::uint16_t function, std::uint64_t time,
              std::uint32_t stack, bool at_exit) {
    const FunctionEntry& entry = functions_[function];
    const unsigned count = at_exit ? entry.exit_count : entry.entry_count;
    Record head{.time = time,
                .thread = 0xffffe00000001080,
                .stack = stack,
                .function = function,
                .irql = 2,
                .flags = at_exit ? event_flags::exit : std::uint8_t{0},
                .values = {}};
    std::vector<Slot>& ring = rings_[processor];
    const std::size_t first = ring.size();
    ring.resize(first + slots_for(count));
    std::memcpy(&ring[first], &head, sizeof(head));
    for (unsigned i = 0; i < count; ++i)
      ring[first + (3 + i) / 8].words[(3 + i) % 8] = time * 7 + i;
  }

  void write_chunk(std::uint16_t processor, std::uint64_t lost_before = 0) {
    const ChunkIdentity identity = {.trace_id = kTraceId,
                                    .stream = processor,
                                    .number = number_++,
                                    .lost_before = lost_before,
                                    .time = 9999};
    const auto chunk =
        encoder_.encode(identity, rings_[processor], {modules_, functions_, {stacks_, frames_}},
                        std::as_writable_bytes(std::span(output_)));
    REQUIRE_FALSE(chunk.empty());
    ChunkHeader header;
    std::memcpy(&header, chunk.data(), sizeof(header));
    index_.push_back(index_entry(trace_.size(), header));
    events_ += header.event_count;
    append(chunk);
    rings_[processor].clear();
  }

  Bytes close(std::uint64_t lost) {
    const ImportEntry imports[] = {{"MyDriver.sys", "ExFreePool", 3, false, false},
                                   {"MyDriver.sys", "KeBugCheckEx", 0, true, false}};
    const std::string_view notices[] = {"a stack table was full"};
    const FooterEntry footer = {.chunks = index_,
                                .modules = modules_,
                                .events = events_,
                                .lost = lost,
                                .end_reason = EndReason::thread_inside,
                                .imports = imports,
                                .stacks_lost = 1,
                                .started_attached = true,
                                .notices = notices};
    Bytes chunk(footer_bytes(footer));
    const auto encoded = encode_footer(kTraceId, number_, footer, chunk);
    REQUIRE_FALSE(encoded.empty());
    const FileTrailer trailer = make_trailer(trace_.size());
    append(encoded);
    append(std::as_bytes(std::span(&trailer, 1)));
    return trace_;
  }

 private:
  static constexpr EncoderLimits kLimits = {
      .slots = 64, .modules = 8, .functions = 8, .stacks = 8, .frames = 64};

  static std::size_t slots(std::size_t bytes) { return bytes / sizeof(Slot) + 1; }

  void append(std::span<const std::byte> bytes) {
    trace_.insert(trace_.end(), bytes.begin(), bytes.end());
  }

  void add_function(std::string_view name) {
    const DdiRow& row = *find_ddi(name);
    const Layout layout = row.layout();
    functions_.push_back({.name = row.name,
                          .prototype = row.prototype,
                          .derived = row.derived,
                          .module = 2,
                          .entry_count = layout.entry_count,
                          .exit_count = layout.field_count,
                          .original = 0xfffff80100000000 + functions_.size()});
  }

  std::vector<ModuleEntry> modules_ = {
      {.name = "ntoskrnl.exe", .base = 0x100000, .size = 0x10000, .time_date_stamp = 1},
      {.name = "hal.dll", .base = 0x200000, .size = 0x10000, .pdb_name = "hal.pdb"},
      {.name = "MyDriver.sys", .base = 0x300000, .size = 0x6000, .is_target = true}};
  std::vector<FunctionEntry> functions_;
  std::vector<StackEntry> stacks_ = {{0, 2}, {2, 3}, {5, 1}};
  std::vector<std::uint64_t> frames_ = {0x200010, 0x300020, 0x300030, 0x100040, 0x7, 0x100050};

  std::vector<Slot> scratch_;
  std::vector<Slot> output_;
  ChunkEncoder encoder_;
  std::vector<Slot> rings_[2];
  std::vector<IndexEntry> index_;
  std::uint32_t number_ = 0;
  std::uint64_t events_ = 0;
  Bytes trace_;
};

Bytes make_trace() {
  Recorder recorder;
  recorder.record(0, 3, 100, 1, false);
  recorder.record(1, 0, 90, 2, false);
  recorder.record(0, 3, 110, kNoStack, true);
  recorder.record(1, 2, 105, 0, true);
  recorder.write_chunk(0);
  recorder.write_chunk(1, 4);
  recorder.record(1, 1, 120, 1, false);
  recorder.record(0, 2, 115, 2, true);
  recorder.write_chunk(1);
  recorder.write_chunk(0);
  recorder.write_chunk(0, 2);  // without events
  return recorder.close(9);
}

TEST_CASE("what the freestanding encoders write is a complete trace but for its losses") {
  TraceReader reader = TraceReader::from_bytes(make_trace(), "recorded.ddt");
  const auto events = test::read_events(reader);
  REQUIRE(events.size() == 6);
  CHECK(events[0].time == 90);
  CHECK(events[0].stack == std::vector<std::uint64_t>{0x100050});
  CHECK(events[0].values == std::vector<std::uint64_t>{630});
  CHECK(events[1].function == "cb:Dpc");
  CHECK(events[1].module == "MyDriver.sys");
  CHECK(events[1].stack == std::vector<std::uint64_t>{0x300030, 0x100040, 0x7});
  CHECK(reader.condition().problems.empty());
  CHECK(reader.condition().lost_events == 9);
  CHECK(reader.footer()->modules.size() == 3);
  CHECK(reader.footer()->imports[1].supplied);
}

TEST_CASE("a recorded trace survives the text form, byte for byte") {
  const test::ScratchDir dir;
  const Bytes trace = make_trace();
  TraceReader reader = TraceReader::from_bytes(trace, "recorded.ddt");
  std::stringstream text;
  write_text(reader, text);
  read_text(text, "recorded.txt", dir.path("back.ddt"));
  std::ifstream file(dir.path("back.ddt"), std::ios::binary);
  const std::string back{std::istreambuf_iterator<char>(file), {}};
  REQUIRE(back.size() == trace.size());
  CHECK(std::memcmp(back.data(), trace.data(), back.size()) == 0);
}

}  // namespace
}  // namespace ddireplay::format
