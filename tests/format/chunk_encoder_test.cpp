// The freestanding encoder, read back with Cap'n Proto's library and zstd's.
#include "format/freestanding/chunk_encoder.h"

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <numeric>
#include <vector>

#include "format/column_decoder.h"
#include "format/freestanding/checksum.h"
#include "format/payload.h"
#include "format/trace.capnp.h"

namespace ddireplay::format {
namespace {

// Tables as a recorder would have them: two modules of three are used, and two functions of three.
struct Tables {
  std::vector<ModuleEntry> modules = {{.name = "unused.sys", .base = 0x1000, .size = 0x1000},
                                      {.name = "ntoskrnl.exe", .base = 0x10000, .size = 0x8000},
                                      {.name = "MyDriver.sys",
                                       .base = 0x50000,
                                       .size = 0x6000,
                                       .pdb_name = "MyDriver.pdb",
                                       .pdb_guid = {1, 2, 3},
                                       .pdb_age = 4,
                                       .is_target = true}};
  std::vector<FunctionEntry> functions = {{.name = "Unused", .prototype = "VOID ()", .module = 2},
                                          {.name = "Two",
                                           .prototype = "VOID (PVOID A, PVOID B)",
                                           .module = 2,
                                           .entry_count = 2,
                                           .exit_count = 2,
                                           .original = 0x11111},
                                          {.name = "Many",
                                           .prototype = "...",
                                           .module = kNoModule,
                                           .entry_count = 6,
                                           .exit_count = 14}};
  std::vector<StackEntry> stacks = {{0, 1}, {1, 2}, {3, 0}};
  std::vector<std::uint64_t> frames = {0x1800, 0x50010, 0x10020};

  ChunkTables view() const { return {modules, functions, {stacks, frames}}; }
};

class Encoder {
 public:
  explicit Encoder(const EncoderLimits& limits)
      : scratch_(ChunkEncoder::scratch_bytes(limits) / sizeof(Slot) + 1),
        output_(ChunkEncoder::chunk_bytes(limits) / sizeof(Slot) + 1),
        encoder_(limits, std::as_writable_bytes(std::span(scratch_))) {}

  std::span<const std::byte> encode(std::span<const Slot> slots, const ChunkTables& tables) {
    return encoder_.encode({.trace_id = 7, .stream = 3, .number = 9, .lost_before = 5, .time = 77},
                           slots, tables, std::as_writable_bytes(std::span(output_)));
  }

 private:
  std::vector<Slot> scratch_;
  std::vector<Slot> output_;
  ChunkEncoder encoder_;
};

constexpr EncoderLimits kLimits = {
    .slots = 64, .modules = 8, .functions = 8, .stacks = 8, .frames = 64};

void add(std::vector<Slot>& slots, Record record, std::vector<std::uint64_t> values) {
  const std::size_t first = slots.size();
  slots.resize(first + slots_for(static_cast<unsigned>(values.size())));
  std::memcpy(&slots[first], &record, sizeof(record));
  auto* const place = reinterpret_cast<std::byte*>(&slots[first]) + offsetof(Record, values);
  if (!values.empty()) std::memcpy(place, values.data(), values.size() * sizeof(values[0]));
}

Record record(std::uint64_t time, std::uint16_t function, std::uint32_t stack,
              std::uint8_t flags = 0) {
  return {.time = time,
          .thread = 0x42,
          .stack = stack,
          .function = function,
          .irql = 2,
          .flags = flags,
          .values = {}};
}

std::vector<Slot> some_records() {
  std::vector<Slot> slots;
  add(slots, record(100, 2, kNoStack), {1, 2, 3, 4, 5, 6});
  add(slots, record(110, 1, 1), {7, 8});
  std::vector<std::uint64_t> many(14);
  std::iota(many.begin(), many.end(), std::uint64_t{10});
  add(slots, record(105, 2, 2, event_flags::exit), many);
  add(slots, record(120, 1, 1, event_flags::exit), {9, 10});
  return slots;
}

ChunkHeader header_of(std::span<const std::byte> chunk) {
  ChunkHeader header;
  std::memcpy(&header, chunk.data(), sizeof(header));
  return header;
}

template <class T>
using List = std::vector<T>;

template <class T>
List<T> list(const Buffer<T>& buffer) {
  return {buffer.span().begin(), buffer.span().end()};
}

TEST_CASE("an encoded chunk is a sealed message that the library reads") {
  Encoder encoder(kLimits);
  const Tables tables;
  const auto chunk = encoder.encode(some_records(), tables.view());
  REQUIRE_FALSE(chunk.empty());
  const ChunkHeader header = header_of(chunk);
  CHECK(is_sound(header));
  CHECK(chunk.size() == sizeof(header) + padded(header.payload_bytes));
  CHECK(header.payload_checksum == checksum(chunk.data() + sizeof(header), header.payload_bytes));
  CHECK(header.kind == ChunkKind::events);
  CHECK(header.trace_id == 7);
  CHECK(header.stream == 3);
  CHECK(header.number == 9);
  CHECK(header.lost_before == 5);
  CHECK(header.event_count == 4);
  CHECK(header.first_time == 100);
  CHECK(header.last_time == 120);

  capnp::FlatArrayMessageReader message(
      kj::arrayPtr(reinterpret_cast<const capnp::word*>(chunk.data() + sizeof(header)),
                   header.payload_bytes / sizeof(capnp::word)));
  const auto root = message.getRoot<schema::EventChunk>();

  SECTION("tables hold what is referred to, modules and functions by address") {
    ColumnDecoder decoder;
    const auto message_bytes = decoder.decode_tables(root);
    visit_payload<schema::Tables>(message_bytes, [](schema::Tables::Reader found) {
      REQUIRE(found.getModules().size() == 2);
      CHECK(found.getModules()[0].getName() == "ntoskrnl.exe");
      CHECK(found.getModules()[1].getName() == "MyDriver.sys");
      CHECK(found.getModules()[1].getIsTarget());
      CHECK(found.getModules()[1].getPdbName() == "MyDriver.pdb");
      CHECK(found.getModules()[1].getPdbGuid().size() == 16);
      CHECK(found.getModules()[1].getPdbAge() == 4);
      REQUIRE(found.getFunctions().size() == 2);
      CHECK(found.getFunctions()[0].getName() == "Many");
      CHECK(found.getFunctions()[0].getModule() == kNoModule);
      CHECK(found.getFunctions()[1].getName() == "Two");
      CHECK(found.getFunctions()[1].getModule() == 1);
      CHECK(found.getFunctions()[1].getOriginal() == 0x11111);
    });
  }
  EventColumns columns;
  const std::vector<FunctionValues> functions = {{6, 14}, {2, 2}};
  ColumnDecoder().decode(root, header, functions, columns);
  SECTION("columns") {
    CHECK(list(columns.sites) == List<std::uint32_t>{0, 1, 2, 3});
    REQUIRE(columns.site_table.size() == 4);
    const EventSite expected[] = {
        {kNoStack, 0, 0, 2, 6}, {0, 1, 0, 2, 2}, {1, 0, 1, 2, 14}, {0, 1, 1, 2, 2}};
    for (std::size_t i = 0; i < columns.site_table.size(); ++i) {
      const EventSite& site = columns.site_table[i];
      INFO("site " << i);
      CHECK(site.stack == expected[i].stack);
      CHECK(site.function == expected[i].function);
      CHECK(site.flags == expected[i].flags);
      CHECK(site.irql == expected[i].irql);
      CHECK(site.value_count == expected[i].value_count);
    }
    CHECK(list(columns.threads) == List<std::uint64_t>(4, 0x42));
    CHECK(list(columns.values) == List<std::uint64_t>{1,  2,  3,  4,  5,  6,  7,  8,
                                                      10, 11, 12, 13, 14, 15, 16, 17,
                                                      18, 19, 20, 21, 22, 23, 9,  10});
    CHECK(list(columns.stack_depths) == List<std::uint8_t>{2, 0});
    CHECK(list(columns.stack_frames) == List<std::uint64_t>{0x50010, 0x10020});
  }
  SECTION("a time that goes back is raised to the one before") {
    CHECK(list(columns.times) == List<std::uint64_t>{100, 110, 110, 120});
  }
}

std::vector<capnp::byte> tables_of(std::span<const std::byte> chunk) {
  std::vector<capnp::byte> tables;
  visit_payload<schema::EventChunk>(chunk.subspan(sizeof(ChunkHeader)),
                                    [&](schema::EventChunk::Reader root) {
                                      const auto data = root.getTables();
                                      tables.assign(data.begin(), data.end());
                                    });
  return tables;
}

TEST_CASE("chunks that use the same functions have the same tables, whichever comes first") {
  Encoder encoder(kLimits);
  Tables tables;
  tables.functions[0].original = 0x22222;
  const std::vector<std::uint16_t> order =
      GENERATE(std::vector<std::uint16_t>{0, 1}, std::vector<std::uint16_t>{1, 0, 1});
  std::vector<Slot> slots, others;
  add(slots, record(1, 0, 1), {});
  add(slots, record(2, 1, 0), {1, 2});
  for (const std::uint16_t function : order) {
    const std::vector<std::uint64_t> values(function == 1 ? 2 : 0);
    add(others, record(5, function, function == 1 ? 1 : 0), values);
  }
  const auto expected = tables_of(encoder.encode(slots, tables.view()));
  CHECK(tables_of(encoder.encode(others, tables.view())) == expected);
}

TEST_CASE("an encoder can be used again, with tables that have grown") {
  Encoder encoder(kLimits);
  Tables tables;
  const auto first = encoder.encode(some_records(), tables.view());
  const std::vector kept(first.begin(), first.end());
  tables.stacks.push_back({0, 3});
  std::vector<Slot> other;
  add(other, record(500, 1, 3), {1, 2});
  CHECK_FALSE(encoder.encode(other, tables.view()).empty());
  const auto again = encoder.encode(some_records(), tables.view());
  CHECK(std::ranges::equal(again, kept));
}

TEST_CASE("a chunk without events tells its losses and its time") {
  Encoder encoder(kLimits);
  const auto chunk = encoder.encode({}, Tables().view());
  REQUIRE_FALSE(chunk.empty());
  CHECK(header_of(chunk).event_count == 0);
  CHECK(header_of(chunk).first_time == 77);
  CHECK(header_of(chunk).last_time == 77);
}

TEST_CASE("malformed records are refused") {
  Encoder encoder(kLimits);
  Tables tables;
  std::vector<Slot> slots;
  SECTION("an unknown function") { add(slots, record(1, 3, kNoStack), {}); }
  SECTION("an unknown stack") { add(slots, record(1, 1, 3), {1, 2}); }
  SECTION("a record that reaches over the end") {
    add(slots, record(1, 2, kNoStack, event_flags::exit), {});
  }
  SECTION("a stack outside the frames") {
    tables.stacks.push_back({2, 2});
    add(slots, record(1, 1, 3), {1, 2});
  }
  SECTION("a stack that is too deep") {
    tables.stacks.push_back({0, kMaxStackFrames + 1});
    add(slots, record(1, 1, 3), {1, 2});
  }
  CHECK(encoder.encode(slots, tables.view()).empty());
  CHECK_FALSE(encoder.encode(some_records(), Tables().view()).empty());
}

TEST_CASE("limits are kept") {
  Tables tables;
  SECTION("slots") {
    EncoderLimits limits = kLimits;
    limits.slots = 5;
    CHECK(Encoder(limits).encode(some_records(), tables.view()).empty());
  }
  SECTION("stacks") {
    EncoderLimits limits = kLimits;
    limits.stacks = 2;
    CHECK(Encoder(limits).encode(some_records(), tables.view()).empty());
  }
  SECTION("output") {
    std::vector<Slot> scratch(ChunkEncoder::scratch_bytes(kLimits) / sizeof(Slot) + 1);
    std::vector<Slot> output(8);
    ChunkEncoder encoder(kLimits, std::as_writable_bytes(std::span(scratch)));
    CHECK(
        encoder.encode({}, some_records(), tables.view(), std::as_writable_bytes(std::span(output)))
            .empty());
  }
  SECTION("scratch") {
    std::vector<Slot> scratch(ChunkEncoder::scratch_bytes(kLimits) / sizeof(Slot) - 1);
    std::vector<Slot> output(ChunkEncoder::chunk_bytes(kLimits) / sizeof(Slot) + 1);
    ChunkEncoder encoder(kLimits, std::as_writable_bytes(std::span(scratch)));
    CHECK(encoder.encode({}, {}, tables.view(), std::as_writable_bytes(std::span(output))).empty());
  }
}

TEST_CASE("the bound for output holds for records that don't compress") {
  constexpr EncoderLimits limits = {
      .slots = 4096, .modules = 3, .functions = 3, .stacks = 4096, .frames = 4096 * 4};
  Tables tables;
  std::vector<Slot> slots;
  std::uint64_t random = 88172645463325252;
  const auto next = [&] {
    random ^= random << 13;
    random ^= random >> 7;
    return random ^= random << 17;
  };
  tables.frames.clear();
  tables.stacks.clear();
  for (std::uint32_t i = 0; i < limits.slots / 2; ++i) {
    tables.stacks.push_back({static_cast<std::uint32_t>(tables.frames.size()), 4});
    for (int j = 0; j < 4; ++j) tables.frames.push_back(next());
    std::vector<std::uint64_t> values(6);
    for (std::uint64_t& value : values) value = next();
    Record head = record(next() >> 1, 2, i);
    head.thread = next();
    add(slots, head, values);
  }
  CHECK(slots.size() == limits.slots);
  CHECK_FALSE(Encoder(limits).encode(slots, tables.view()).empty());
}

}  // namespace
}  // namespace ddireplay::format
