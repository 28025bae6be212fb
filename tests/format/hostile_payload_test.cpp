// Payloads whose checksum is right, and whose contents are not.
#include <capnp/message.h>
#include <capnp/serialize.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <vector>

#include "format/freestanding/chunk_encoder.h"
#include "format/freestanding/columns.h"
#include "format/freestanding/prediction.h"
#include "format/trace.capnp.h"
#include "tests/format/packed_chunk.h"
#include "tests/format/random_trace.h"

namespace ddireplay::format {
namespace {

using test::Plane;
using test::to_data;
using test::to_frame;

std::vector<std::byte> file_without_chunks() {
  std::vector<std::byte> bytes(sizeof(FileHeader));
  FileHeader file{};
  file.pointer_bytes = 8;
  file.clock_hz = 10'000'000;
  seal_file_header(file);
  std::memcpy(bytes.data(), &file, sizeof(file));
  return bytes;
}

void append_chunk(std::vector<std::byte>& file, capnp::MessageBuilder& message,
                  ChunkHeader header) {
  const auto words = capnp::messageToFlatArray(message);
  const auto payload = words.asBytes();
  const std::size_t begin = file.size();
  file.resize(begin + sizeof(header) + payload.size());
  std::memcpy(&file[begin + sizeof(header)], payload.begin(), payload.size());
  seal_chunk(header, std::span(file).subspan(begin), payload.size());
}

// What a reader finds wrong with a chunk of this payload; empty: nothing.
std::string problem_of(capnp::MessageBuilder& message, ChunkHeader header) {
  std::vector<std::byte> bytes = file_without_chunks();
  append_chunk(bytes, message, header);
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

constexpr auto kFresh = static_cast<std::uint8_t>(SiteStep::fresh);
constexpr auto kNumbered = static_cast<std::uint8_t>(SiteStep::numbered);
constexpr auto kWord = static_cast<std::uint8_t>(ValueCode::word);
constexpr auto kStride = static_cast<std::uint8_t>(ValueCode::stride);

// A sound chunk of two events; tests spoil it.
struct Chunk {
  capnp::MallocMessageBuilder message;
  schema::EventChunk::Builder root = message.initRoot<schema::EventChunk>();
  capnp::MallocMessageBuilder table_message;
  schema::Function::Builder function = table_message.initRoot<schema::Tables>().initFunctions(1)[0];
  ChunkHeader header{};

  // Of two sites, each first used by its event.
  std::vector<std::uint16_t> times = {10, 5};
  std::vector<std::uint8_t> ranks = {ThreadRanks::kEscape, 0};
  std::vector<std::uint64_t> threads = {1};
  std::vector<std::uint8_t> steps = {kFresh, kFresh};
  std::vector<std::uint32_t> numbers = {};
  std::vector<std::uint16_t> functions = {0, 0};
  std::vector<std::uint8_t> flags = {0, 0};
  std::vector<std::uint8_t> irqls = {0, 0};
  std::vector<std::uint32_t> stacks = {kNoStack, 1};  // differences
  std::vector<std::uint8_t> masks = {1, 1};
  std::vector<std::uint8_t> codes = {kWord, kStride};
  std::vector<std::uint16_t> words = {0x1000};
  std::vector<std::uint8_t> depths = {2};
  std::vector<std::uint8_t> shared = {0};
  std::vector<std::uint32_t> bases = {0};
  std::vector<std::uint64_t> frames = {0x10, 0x20};

  Chunk() {
    header.kind = ChunkKind::events;
    header.event_count = 2;
    header.first_time = 10;
    header.last_time = 15;
    function.setName("ExFreePool");
    function.setPrototype("VOID (PVOID P)");
    function.setModule(kNoModule);
    root.setStackCount(1);
    root.setFrameCount(2);
    root.setValueCount(2);
  }

  template <class T>
  static void split(std::vector<Plane>& planes, ColumnId id, const std::vector<T>& items) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      Plane plane{static_cast<std::uint8_t>(id), static_cast<std::uint8_t>(i), {}};
      for (const T item : items) plane.bytes.push_back(static_cast<std::uint8_t>(item >> 8 * i));
      planes.push_back(plane);
    }
  }

  void put_columns() {
    std::vector<std::uint32_t> folded;
    for (const std::uint32_t difference : stacks) folded.push_back(fold_sign(difference));
    std::vector<Plane> planes;
    split(planes, ColumnId::times, times);
    split(planes, ColumnId::thread_ranks, ranks);
    split(planes, ColumnId::thread_escapes, threads);
    split(planes, ColumnId::site_steps, steps);
    split(planes, ColumnId::site_numbers, numbers);
    split(planes, ColumnId::site_functions, functions);
    split(planes, ColumnId::site_flags, flags);
    split(planes, ColumnId::site_irqls, irqls);
    split(planes, ColumnId::site_stacks, folded);
    split(planes, ColumnId::value_masks, masks);
    split(planes, ColumnId::value_codes, codes);
    split(planes, ColumnId::value_words, words);
    split(planes, ColumnId::stack_depths, depths);
    split(planes, ColumnId::stack_shared, shared);
    split(planes, ColumnId::stack_bases, bases);
    split(planes, ColumnId::stack_frames, frames);
    std::erase_if(planes, [](const Plane& plane) { return plane.bytes.empty(); });
    test::put_planes(root, planes);
  }

  std::string problem() { return problem_of(message, header); }

  std::string problem_of_columns() {
    put_columns();
    test::put_tables(root, table_message);
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
    chunk.stacks[1] = 2;
    CHECK(chunk.problem_of_columns() == "an event's stack isn't in its list");
  }
  SECTION("a site that has no number yet") {
    chunk.steps[1] = kNumbered;
    chunk.numbers = {1};
    CHECK(chunk.problem_of_columns() == "an event's site isn't in its list");
  }
  SECTION("a guess before there is anything to guess from") {
    chunk.steps[0] = 0;
    CHECK(chunk.problem_of_columns() == "an event's site isn't in its list");
  }
  SECTION("thread") {
    chunk.ranks[1] = 9;
    CHECK(chunk.problem_of_columns() == "an event's thread has no such rank");
  }
  SECTION("value") {
    chunk.codes[1] = 99;
    CHECK(chunk.problem_of_columns() == "a value has an unknown code");
  }
  SECTION("module") {
    chunk.function.setModule(0);
    CHECK(chunk.problem_of_columns() == "a function's module isn't in its list");
  }
}

TEST_CASE("counts that contradict each other are refused") {
  Chunk chunk;
  SECTION("too few values") {
    chunk.root.setValueCount(3);
    CHECK(chunk.problem_of_columns() == "one of its columns is too long");
  }
  SECTION("too many values") {
    chunk.root.setValueCount(1);
    CHECK(chunk.problem_of_columns() == "column 12 has 2 items, with room for 1");
  }
  SECTION("frames") {
    chunk.depths[0] = 3;
    CHECK(chunk.problem_of_columns() == "its stacks have too few frames");
  }
  SECTION("frames that are left over") {
    chunk.depths[0] = 1;
    CHECK(chunk.problem_of_columns() == "its stacks have too many frames");
  }
  SECTION("frames of a stack that isn't there") {
    chunk.shared[0] = 1;
    CHECK(chunk.problem_of_columns() == "a stack shares frames with none");
  }
  SECTION("frames of a stack before the first") {
    chunk.depths = {2, 1};
    chunk.shared = {0, 1};
    chunk.bases = {0, 1};
    chunk.root.setStackCount(2);
    chunk.root.setFrameCount(3);
    CHECK(chunk.problem_of_columns() == "a stack shares frames with none");
  }
  SECTION("more frames than the other stack has") {
    chunk.depths = {2, 3};
    chunk.shared = {0, 3};
    chunk.bases = {0, 0};
    chunk.root.setStackCount(2);
    chunk.root.setFrameCount(5);
    CHECK(chunk.problem_of_columns() == "a stack shares too many frames");
  }
  SECTION("depth") {
    chunk.depths[0] = 65;
    chunk.frames.resize(65);
    chunk.root.setFrameCount(65);
    CHECK(chunk.problem_of_columns() == "it has a stack that is too deep");
  }
  SECTION("column") {
    chunk.irqls.push_back(0);
    CHECK(chunk.problem_of_columns() == "column 9 has 3 bytes instead of 2");
  }
  SECTION("an item too few") {
    chunk.words.clear();
    CHECK(chunk.problem_of_columns() == "one of its columns is too short");
  }
  SECTION("an item too many") {
    chunk.words.push_back(0);
    CHECK(chunk.problem_of_columns() == "one of its columns is too long");
  }
  SECTION("a site too few") {
    chunk.functions.pop_back();
    chunk.flags.pop_back();
    chunk.irqls.pop_back();
    chunk.stacks.pop_back();
    CHECK(chunk.problem_of_columns() == "it has more sites than its list");
  }
  SECTION("time") {
    chunk.header.last_time = 16;
    CHECK(chunk.problem_of_columns() == "its times contradict its header");
  }
}

TEST_CASE("columns that can't be read are refused") {
  Chunk chunk;
  CHECK(chunk.problem_of_columns() == "");
  auto planes = chunk.root.getPlanes();
  auto frames = chunk.root.getFrames();
  SECTION("an unknown coding") {
    chunk.root.setCoding(77);
    CHECK(chunk.problem() == "its columns have an unknown coding");
  }
  SECTION("a missing one") {
    planes[0] = 77;
    CHECK(chunk.problem() == "column 1 is missing");
  }
  SECTION("no zstd") {
    frames[0] ^= 1;
    CHECK(chunk.problem() == "column 1 can't be decompressed");
  }
  SECTION("a frame that is spoilt") {
    frames[8] ^= 0xff;
    CHECK_THAT(chunk.problem(), Catch::Matchers::StartsWith("column "));
  }
  SECTION("a frame that is cut off") {
    const std::vector<std::uint8_t> cut(frames.begin(), frames.end() - 1);
    chunk.root.setFrames(to_data(cut));
    CHECK(chunk.problem() == "column 19 can't be decompressed");
  }
  SECTION("a frame too few") {
    chunk.root.setFrames(to_data(to_frame(std::vector<std::uint8_t>{10, 5})));
    CHECK(chunk.problem() == "column 1 can't be decompressed");
  }
}

TEST_CASE("a layout that can't be parsed is refused") {
  Chunk chunk;
  chunk.function.setDerived("X:u99=[P]");
  CHECK(chunk.problem_of_columns() ==
        "the layout of ExFreePool is malformed: unknown width or kind of a derived field");
}

TEST_CASE("tables that can't be read are refused") {
  Chunk chunk;
  chunk.put_columns();
  const auto problem_with = [&](const std::vector<std::uint8_t>& frame) {
    chunk.root.setTables(to_data(frame));
    return chunk.problem();
  };
  std::vector<std::uint8_t> frame = to_frame(test::to_bytes(chunk.table_message));
  SECTION("nobody spoilt them") { CHECK(problem_with(frame) == ""); }
  SECTION("their frame is damaged") {
    frame[frame.size() / 2] ^= 0xff;
    CHECK_THAT(problem_with(frame), Catch::Matchers::Contains("its "));
  }
  SECTION("their frame is cut off") {
    frame.resize(frame.size() / 2);
    CHECK(problem_with(frame) == "its tables can't be decompressed");
  }
  SECTION("they are no frame") {
    CHECK(problem_with({1, 2, 3, 4, 5, 6, 7, 8}) == "its tables can't be decompressed");
  }
  SECTION("they are no message") {
    CHECK_THAT(problem_with(to_frame(std::vector<std::uint8_t>(64, 0xff))),
               Catch::Matchers::StartsWith("its message is malformed"));
  }
  SECTION("they end within a word") {
    CHECK(problem_with(to_frame(std::vector<std::uint8_t>(61))) == "its tables are no message");
  }
  SECTION("they claim to unfold into more than any text would") {
    CHECK_THAT(problem_with(to_frame(std::vector<std::uint8_t>(1 << 24))),
               Catch::Matchers::Contains("of its tables claim to unfold into 16777216"));
  }
}

TEST_CASE("which tables are too large doesn't depend on how many threads decode") {
  constexpr std::size_t kNameBytes[] = {10, 300 << 10, 2 << 20};  // kept, not kept, refused
  constexpr std::uint16_t kChunks = 24;
  std::vector<std::byte> bytes = file_without_chunks();
  for (std::uint16_t i = 0; i < kChunks; ++i) {
    Chunk chunk;
    chunk.header.stream = i;
    chunk.header.number = i;
    chunk.function.setName(std::string(kNameBytes[i % 3], 'x'));
    chunk.put_columns();
    test::put_tables(chunk.root, chunk.table_message);
    append_chunk(bytes, chunk.message, chunk.header);
  }
  TraceReader reader = TraceReader::from_bytes(bytes, "hostile.ddt");
  const auto everything = test::read_everything(reader);
  CHECK(reader.condition().damaged_chunks == kChunks / 3);
  for (const unsigned threads : {2u, 4u}) {
    TraceReader other = TraceReader::from_bytes(bytes, "hostile.ddt");
    CHECK(test::read_everything(other, threads) == everything);
    CHECK(other.condition().problems == reader.condition().problems);
  }
}

TEST_CASE("a small payload can't claim to unfold into gigabytes") {
  Chunk chunk;
  chunk.root.setFrameCount(0x20000000);
  CHECK(chunk.problem_of_columns().ends_with("claim to unfold into 4294967353"));
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
