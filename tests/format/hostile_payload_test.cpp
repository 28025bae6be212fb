// Payloads whose checksum is right, and whose contents are not.
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <zstd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <vector>

#include "format/freestanding/chunk_encoder.h"
#include "format/freestanding/columns.h"
#include "format/trace.capnp.h"
#include "tests/format/random_trace.h"

namespace ddireplay::format {
namespace {

// What a reader finds wrong with a chunk of this payload; empty: nothing.
std::string problem_of(capnp::MessageBuilder& message, ChunkHeader header) {
  const auto words = capnp::messageToFlatArray(message);
  const auto payload = words.asBytes();
  std::vector<std::byte> bytes(sizeof(FileHeader) + sizeof(ChunkHeader) + payload.size());
  FileHeader file{};
  file.pointer_bytes = 8;
  seal_file_header(file);
  std::memcpy(bytes.data(), &file, sizeof(file));
  std::memcpy(&bytes[sizeof(file) + sizeof(header)], payload.begin(), payload.size());
  seal_chunk(header, std::span(bytes).subspan(sizeof(file)), payload.size());
  TraceReader reader = TraceReader::from_bytes(std::move(bytes), "hostile.ddt");
  const auto events = test::read_events(reader);
  if (reader.condition().damaged_chunks == 0) {
    CHECK(events.size() == header.event_count);
    return "";
  }
  CHECK(events.empty());
  const std::string& text = reader.condition().problems.back();
  const std::string_view intro = "is refused: ";
  return text.substr(text.find(intro) + intro.size());
}

// A sound chunk of two events; tests spoil it.
struct Chunk {
  capnp::MallocMessageBuilder message;
  schema::EventChunk::Builder root = message.initRoot<schema::EventChunk>();
  ChunkHeader header{};

  std::vector<std::uint64_t> times = {10, 5};
  std::vector<std::uint64_t> threads = {1, 1};
  std::vector<std::uint16_t> functions = {0, 0};
  std::vector<std::uint8_t> flags = {0, 0};
  std::vector<std::uint8_t> irqls = {0, 0};
  std::vector<std::uint32_t> stacks = {kNoStack, 0};
  std::vector<std::uint64_t> values = {0x1000, 0x2000};
  std::vector<std::uint8_t> depths = {2};
  std::vector<std::uint64_t> frames = {0x10, 0x20};

  Chunk() {
    header.kind = ChunkKind::events;
    header.event_count = 2;
    header.first_time = 10;
    header.last_time = 15;
    auto function = root.initFunctions(1)[0];
    function.setName("ExFreePool");
    function.setPrototype("VOID (PVOID P)");
    function.setModule(kNoModule);
    root.setStackCount(1);
    root.setFrameCount(2);
    root.setValueCount(2);
  }

  template <class T>
  void put(schema::Column::Builder column, ColumnId id, const std::vector<T>& items) {
    column.setId(static_cast<std::uint16_t>(id));
    column.setCoding(static_cast<std::uint16_t>(ColumnCoding::plain));
    const std::size_t bytes = items.size() * sizeof(T);
    column.setRawBytes(static_cast<std::uint32_t>(bytes));
    std::vector<capnp::byte> data(ZSTD_compressBound(bytes));
    const std::size_t size = ZSTD_compress(data.data(), data.size(), items.data(), bytes, 1);
    column.setData(kj::arrayPtr(data.data(), size));
  }

  void put_columns() {
    auto columns = root.initColumns(9);
    put(columns[0], ColumnId::time, times);
    put(columns[1], ColumnId::thread, threads);
    put(columns[2], ColumnId::function, functions);
    put(columns[3], ColumnId::flags, flags);
    put(columns[4], ColumnId::irql, irqls);
    put(columns[5], ColumnId::stack, stacks);
    put(columns[6], ColumnId::values, values);
    put(columns[7], ColumnId::stack_depths, depths);
    put(columns[8], ColumnId::stack_frames, frames);
  }

  std::string problem() { return problem_of(message, header); }

  std::string problem_of_columns() {
    put_columns();
    return problem();
  }
};

TEST_CASE("a chunk that nobody spoilt is read") { CHECK(Chunk().problem_of_columns() == ""); }

TEST_CASE("numbers that point nowhere are refused") {
  Chunk chunk;
  SECTION("function") {
    chunk.functions[1] = 1;
    CHECK(chunk.problem_of_columns() == "an event's function isn't in its list");
  }
  SECTION("stack") {
    chunk.stacks[0] = 1;
    CHECK(chunk.problem_of_columns() == "an event's stack isn't in its list");
  }
  SECTION("module") {
    chunk.root.getFunctions()[0].setModule(0);
    CHECK(chunk.problem_of_columns() == "a function's module isn't in its list");
  }
}

TEST_CASE("counts that contradict each other are refused") {
  Chunk chunk;
  SECTION("values") {
    chunk.values.push_back(3);
    chunk.root.setValueCount(3);
    CHECK(chunk.problem_of_columns() == "its events have too few values");
  }
  SECTION("frames") {
    chunk.depths[0] = 3;
    CHECK(chunk.problem_of_columns() == "its stacks have too few frames");
  }
  SECTION("depth") {
    chunk.depths[0] = 65;
    CHECK(chunk.problem_of_columns() == "it has a stack that is too deep");
  }
  SECTION("column") {
    chunk.irqls.push_back(0);
    CHECK(chunk.problem_of_columns() == "column 5 has 3 bytes instead of 2");
  }
  SECTION("time") {
    chunk.times[1] = ~std::uint64_t{0};  // back by one
    CHECK(chunk.problem_of_columns() == "its times contradict its header");
  }
}

TEST_CASE("columns that can't be read are refused") {
  Chunk chunk;
  chunk.put_columns();
  auto column = chunk.root.getColumns()[6];
  SECTION("an unknown coding") {
    column.setCoding(77);
    CHECK(chunk.problem() == "column 7 has an unknown coding");
  }
  SECTION("a missing one") {
    column.setId(77);
    CHECK(chunk.problem() == "column 7 is missing");
  }
  SECTION("no zstd") {
    column.getData()[0] ^= 1;
    CHECK(chunk.problem() == "column 7 can't be decompressed");
  }
  SECTION("a frame of another size") {
    chunk.put(column, ColumnId::values, std::vector<std::uint64_t>{1});
    column.setRawBytes(16);
    CHECK(chunk.problem() == "column 7 can't be decompressed");
  }
}

TEST_CASE("a layout that can't be parsed is refused") {
  Chunk chunk;
  chunk.root.getFunctions()[0].setDerived("X:u99=[P]");
  CHECK(chunk.problem_of_columns() ==
        "the layout of ExFreePool is malformed: unknown width or kind of a derived field");
}

TEST_CASE("a small payload can't claim to unfold into gigabytes") {
  Chunk chunk;
  chunk.root.setFrameCount(0x20000000);
  CHECK(chunk.problem_of_columns().ends_with("claim to unfold into 4294967361"));
}

TEST_CASE("a list without end is refused") {
  // Its elements take no room, so it is as long as it likes.
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<capnp::AnyPointer>().initAsAnyStruct(2, 3);
  root.getPointerSection()[0].initAsAnyList(capnp::ElementSize::VOID, (1 << 29) - 1);
  CHECK(problem_of(message, Chunk().header).starts_with("its message is malformed: "));
}

}  // namespace
}  // namespace ddireplay::format
