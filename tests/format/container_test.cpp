// Files that are cut, damaged or hostile.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <random>

#include "format/freestanding/checksum.h"
#include "format/freestanding/container.h"
#include "format/freestanding/footer_encoder.h"
#include "format/trace_reader.h"
#include "tests/format/random_trace.h"
#include "tests/format/scratch_dir.h"

namespace ddireplay::format {
namespace {

using test::make_random_trace;
using test::PlainEvent;
using test::RandomTrace;
using test::read_events;
using test::read_everything;

using Bytes = std::vector<std::byte>;

TraceReader read(Bytes bytes) { return TraceReader::from_bytes(std::move(bytes), "bad.ddt"); }

std::string error_of(Bytes bytes) {
  try {
    read(std::move(bytes));
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::unreadable);
    return error.what();
  }
  return "no error";
}

std::string error_of(const std::string& path) {
  try {
    TraceReader::open(path);
  } catch (const Error& error) {
    CHECK(error.status() == ExitStatus::unreadable);
    return error.what();
  }
  return "no error";
}

template <class T>
T load(const Bytes& bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, &bytes.at(offset), sizeof(value));
  return value;
}

template <class T>
void store(Bytes& bytes, std::size_t offset, const T& value) {
  std::memcpy(&bytes.at(offset), &value, sizeof(value));
}

std::size_t end_of(const ChunkInfo& chunk) {
  return chunk.offset + sizeof(ChunkHeader) + padded(chunk.header.payload_bytes);
}

void reseal(Bytes& bytes, const ChunkInfo& chunk, ChunkHeader header) {
  header.header_checksum = checksum(&header, offsetof(ChunkHeader, header_checksum));
  store(bytes, chunk.offset, header);
}

// The chunks as a reader finds them who doesn't trust the index.
std::vector<ChunkInfo> chunks_of(const RandomTrace& trace) {
  TraceReader reader = read(trace.bytes);
  return {reader.chunks().begin(), reader.chunks().end()};
}

std::size_t events_before(const std::vector<ChunkInfo>& chunks, std::size_t end) {
  std::size_t events = 0;
  for (const ChunkInfo& chunk : chunks) {
    if (end_of(chunk) <= end) events += chunk.header.event_count;
  }
  return events;
}

bool is_subsequence(const std::vector<PlainEvent>& part, const std::vector<PlainEvent>& whole) {
  std::size_t at = 0;
  for (const PlainEvent& event : whole) {
    if (at < part.size() && part[at] == event) ++at;
  }
  return at == part.size();
}

TEST_CASE("a trace that is cut anywhere keeps every whole chunk") {
  const RandomTrace trace = make_random_trace({.events = 3000, .events_per_chunk = 60});
  const auto chunks = chunks_of(trace);
  std::mt19937 random(20);
  for (int i = 0; i < 200; ++i) {
    const std::size_t length = random() % trace.bytes.size();
    CAPTURE(length);
    Bytes cut(trace.bytes.begin(), trace.bytes.begin() + static_cast<std::ptrdiff_t>(length));
    if (length < sizeof(FileHeader)) {
      CHECK(error_of(cut) != "no error");
      continue;
    }
    TraceReader reader = read(cut);
    const auto events = read_events(reader, 1 + i % 3);
    CHECK(events.size() == events_before(chunks, length));
    CHECK(is_subsequence(events, trace.events));
    const bool has_footer = length >= end_of(chunks.back());
    CHECK(reader.condition().complete() == has_footer);
    CHECK(reader.condition().recovered == !has_footer);
    CHECK_FALSE(reader.condition().problems.empty());
  }
}

// The footer is the recorder's last word: behind it nothing can be missing.
void check_whole(const Bytes& bytes, const std::vector<std::string>& everything,
                 const std::string& problem) {
  TraceReader reader = read(bytes);
  CHECK(read_everything(reader) == everything);
  CHECK(reader.footer() != nullptr);
  CHECK(reader.condition().complete());
  REQUIRE(reader.condition().problems.size() == 1);
  CHECK(reader.condition().problems[0] == problem);
}

TEST_CASE("a trace that lacks only its trailer, or some of it, is whole") {
  const RandomTrace trace = make_random_trace({});
  const std::size_t end = end_of(chunks_of(trace).back());
  const auto everything = [&] {
    TraceReader whole = read(trace.bytes);
    return read_everything(whole);
  }();
  REQUIRE(end + sizeof(FileTrailer) == trace.bytes.size());
  Bytes bytes = trace.bytes;

  SECTION("cut off") {
    bytes.resize(end);
    check_whole(bytes, everything,
                "its trailer is missing or damaged; its footer says that nothing else is");
  }
  SECTION("cut within") {
    bytes.resize(end + 5);
    check_whole(bytes, everything,
                "its trailer is missing or damaged; its footer says that nothing else is; offset " +
                    std::to_string(end) + ": 5 bytes behind the footer are not used");
  }
  SECTION("changed") {
    bytes[end + 3] ^= std::byte{1};
    check_whole(bytes, everything,
                "its trailer is missing or damaged; its footer says that nothing else is; offset " +
                    std::to_string(end) + ": " + std::to_string(sizeof(FileTrailer)) +
                    " bytes behind the footer are not used");
  }
}

TEST_CASE("a chunk behind the footer, or a missing one in front of it, is a reason to look") {
  const RandomTrace trace = make_random_trace({.events = 500, .events_per_chunk = 50});
  const auto chunks = chunks_of(trace);
  Bytes bytes = trace.bytes;
  bytes.resize(end_of(chunks.back()));
  const auto begin_of = [&](std::size_t chunk) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(chunks[chunk].offset);
  };

  SECTION("behind it") {
    const Bytes copy(begin_of(1), begin_of(2));
    bytes.insert(bytes.end(), copy.begin(), copy.end());
    TraceReader reader = read(bytes);
    CHECK(reader.condition().recovered);
    CHECK(read_events(reader) == trace.events);
  }
  SECTION("in front of it") {
    bytes.erase(begin_of(1), begin_of(2));
    TraceReader reader = read(bytes);
    CHECK_FALSE(reader.condition().complete());
    CHECK(reader.condition().missing_chunks == 1);
  }
}

TEST_CASE("a flipped bit in a payload costs that chunk and no other") {
  const RandomTrace trace = make_random_trace({.events = 2000, .events_per_chunk = 100});
  const auto chunks = chunks_of(trace);
  const std::size_t victim = 5;
  Bytes bytes = trace.bytes;
  bytes[chunks[victim].offset + sizeof(ChunkHeader) + 200] ^= std::byte{0x10};
  TraceReader reader = read(bytes);
  CHECK(reader.condition().problems.empty());  // nobody has looked at payloads yet
  const auto events = read_events(reader);
  CHECK(events.size() == trace.events.size() - chunks[victim].header.event_count);
  CHECK(is_subsequence(events, trace.events));
  REQUIRE(reader.condition().problems.size() == 1);
  CHECK(reader.condition().problems[0] ==
        "offset " + std::to_string(chunks[victim].offset) +
            ": chunk 5 is refused: its payload is damaged (the checksum is wrong)");
  CHECK(reader.condition().damaged_chunks == 1);
  CHECK(reader.chunks()[victim].damaged);
  CHECK_FALSE(reader.condition().complete());

  SECTION("reading again counts it once") {
    read_events(reader, 2);
    CHECK(reader.condition().damaged_chunks == 1);
  }
  SECTION("a gap stands in its place") {
    std::size_t gaps = 0;
    EventSource source(reader);
    for (auto batch = source.next(); !batch.empty(); batch = source.next()) {
      for (const Event& event : batch) {
        if (event.function != kGap) continue;
        ++gaps;
        CHECK(event.values[0] == chunks[victim].header.event_count);
        CHECK(event.time == chunks[victim].header.first_time);
        CHECK(event.values[1] == chunks[victim].header.last_time);
      }
    }
    CHECK(gaps == 1);
  }
}

TEST_CASE("any single flipped bit is noticed or harmless, and never fatal") {
  const RandomTrace trace = make_random_trace({.events = 300, .events_per_chunk = 50});
  std::mt19937 random(21);
  for (int i = 0; i < 300; ++i) {
    Bytes bytes = trace.bytes;
    const std::size_t at = sizeof(FileHeader) + random() % (bytes.size() - sizeof(FileHeader));
    CAPTURE(at);
    bytes[at] ^= std::byte{1} << random() % 8;
    TraceReader reader = read(bytes);
    const auto events = read_events(reader, 1 + i % 2);
    if (events != trace.events) CHECK_FALSE(reader.condition().complete());
    CHECK(is_subsequence(events, trace.events));
  }
}

TEST_CASE("a damaged header between whole chunks leaves a hole, with gaps behind it") {
  const RandomTrace trace =
      make_random_trace({.processors = 1, .events = 1000, .events_per_chunk = 100});
  const auto chunks = chunks_of(trace);
  Bytes bytes = trace.bytes;
  bytes[chunks[3].offset + 20] ^= std::byte{0xff};
  bytes.resize(bytes.size() - 1);  // and no index
  TraceReader reader = read(bytes);
  CHECK(read_events(reader).size() == 900);
  CHECK(reader.condition().skipped_bytes ==
        end_of(chunks[3]) - chunks[3].offset + sizeof(FileTrailer) - 1);
  CHECK(reader.chunks()[3].after_hole);
  CHECK_FALSE(reader.chunks()[4].after_hole);
  CHECK(read_everything(reader).size() == 901);
}

TEST_CASE("bytes inserted into a file don't hide the chunks behind them") {
  const RandomTrace trace = make_random_trace({.events = 500, .events_per_chunk = 50});
  const auto chunks = chunks_of(trace);
  Bytes bytes = trace.bytes;
  bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(chunks[2].offset), 13, std::byte{0x8d});
  TraceReader reader = read(bytes);
  CHECK(read_events(reader) == trace.events);
  CHECK(reader.condition().skipped_bytes == 13);
}

TEST_CASE("an index that lies is not believed") {
  const RandomTrace trace = make_random_trace({.events = 500, .events_per_chunk = 50});
  TraceReader original = read(trace.bytes);
  std::vector<IndexEntry> index;
  for (const ChunkInfo& chunk : original.chunks()) {
    if (chunk.header.kind == ChunkKind::events) {
      index.push_back(index_entry(chunk.offset, chunk.header));
    }
  }
  const ChunkInfo& footer = original.chunks().back();

  const auto with_index = [&] {
    FooterEntry entry{};
    entry.chunks = index;
    Bytes chunk(footer_bytes(entry));
    const auto encoded = encode_footer(original.header().trace_id, 99, entry, chunk);
    const FileTrailer trailer = make_trailer(footer.offset);
    Bytes bytes(trace.bytes.begin(),
                trace.bytes.begin() + static_cast<std::ptrdiff_t>(footer.offset));
    bytes.insert(bytes.end(), encoded.begin(), encoded.end());
    const auto tail = std::as_bytes(std::span(&trailer, 1));
    bytes.insert(bytes.end(), tail.begin(), tail.end());
    return read(bytes);
  };

  SECTION("a chunk is left out") {
    index.erase(index.begin() + 2);
    TraceReader reader = with_index();
    CHECK(read_events(reader) == trace.events);
    CHECK(reader.condition().recovered);
  }
  SECTION("an offset points elsewhere") {
    index[3].offset = ~std::uint64_t{0} - 16;
    TraceReader reader = with_index();
    CHECK(read_events(reader) == trace.events);
  }
  SECTION("a payload reaches over the end") {
    index.back().payload_bytes = std::uint64_t{1} << 60;
    TraceReader reader = with_index();
    CHECK(read_events(reader) == trace.events);
  }
  SECTION("a header says something else") {
    index[3].event_count += 1;
    TraceReader reader = with_index();
    CHECK(read_events(reader).size() == trace.events.size() - (index[3].event_count - 1));
    CHECK(reader.condition().damaged_chunks == 1);
  }
}

TEST_CASE("hostile headers ask for nothing that the file can't back") {
  const RandomTrace trace =
      make_random_trace({.processors = 1, .events = 500, .events_per_chunk = 100});
  const auto chunks = chunks_of(trace);
  Bytes bytes = trace.bytes;
  bytes.resize(bytes.size() - 1);  // without an index headers are all there is
  auto header = load<ChunkHeader>(bytes, chunks[1].offset);
  std::size_t expected = 400;
  SECTION("a payload without end") { header.payload_bytes = ~std::uint64_t{0}; }
  SECTION("a payload beyond the file") { header.payload_bytes = 1 << 20; }
  SECTION("more events than a chunk may have") { header.event_count = 0xffffffff; }
  SECTION("more events than its columns have") { header.event_count = kMaxEventsPerChunk; }
  SECTION("a processor that can't be") { header.stream = 0xffff; }
  SECTION("other times") { header.last_time = ~std::uint64_t{0}; }
  SECTION("another trace") { header.trace_id ^= 1; }
  SECTION("an unknown kind") { header.kind = static_cast<ChunkKind>(77); }
  reseal(bytes, chunks[1], header);
  TraceReader reader = read(bytes);
  const auto events = read_events(reader);
  CHECK(events.size() == expected);
  CHECK_FALSE(reader.condition().complete());
}

TEST_CASE("what is no trace is said to be none") {
  CHECK(error_of(Bytes{}) == "bad.ddt: is empty; not a ddireplay trace");
  CHECK(error_of(Bytes{std::byte{'M'}, std::byte{'Z'}, std::byte{0x90}}) ==
        "bad.ddt: not a ddireplay trace (it begins with 4d 5a 90)");
  Bytes text;
  for (const char c : std::string("ddireplay-text 1\n")) text.push_back(std::byte(c));
  CHECK(error_of(text) ==
        "bad.ddt: is a trace in text form; make it one with ddireplay convert first");

  Bytes bytes = make_random_trace({.events = 10}).bytes;
  SECTION("cut within the file header") {
    bytes.resize(40);
    CHECK(error_of(bytes) ==
          "bad.ddt: is cut off within its file header (40 of 64 bytes); record it again");
  }
  SECTION("of a future version") {
    auto header = load<FileHeader>(bytes, 0);
    header.reader_version_required = 7;
    store(bytes, 0, header);
    CHECK(error_of(bytes) ==
          "bad.ddt: needs a reader of format 7, this one reads up to 1: update ddireplay");
  }
  SECTION("a damaged file header") {
    bytes[30] ^= std::byte{1};
    CHECK(error_of(bytes) ==
          "bad.ddt: its file header is damaged; get an undamaged copy, or record it again");
  }
  SECTION("a file header that makes no sense") {
    auto header = load<FileHeader>(bytes, 0);
    SECTION("pointers of five bytes") { header.pointer_bytes = 5; }
    SECTION("a clock that stands still") { header.clock_hz = 0; }
    header.checksum = checksum(&header, offsetof(FileHeader, checksum));
    store(bytes, 0, header);
    CHECK(error_of(bytes) ==
          "bad.ddt: its file header is damaged; get an undamaged copy, or record it again");
  }
}

TEST_CASE("a file in which every stream there could be has a chunk is opened and read") {
  constexpr std::size_t kStreams = 65536;
  Bytes bytes(sizeof(FileHeader) + kStreams * sizeof(ChunkHeader));
  FileHeader file{};
  file.pointer_bytes = 8;
  file.clock_hz = 10'000'000;
  seal_file_header(file);
  store(bytes, 0, file);
  for (std::size_t stream = 0; stream < kStreams; ++stream) {
    ChunkHeader header{};
    header.kind = ChunkKind::events;
    header.stream = static_cast<std::uint16_t>(stream);
    header.number = static_cast<std::uint32_t>(stream + 1);
    seal_chunk(header, std::span(bytes).subspan(sizeof(file) + stream * sizeof(header)), 0);
  }
  TraceReader reader = read(bytes);
  CHECK(reader.chunks().size() == kStreams);
  CHECK(reader.condition().missing_chunks == 1);
  CHECK(reader.condition().damaged_chunks == kStreams - kMaxProcessors);
  CHECK(read_events(reader).empty());
}

TEST_CASE("what can't be opened is told by name") {
  const test::ScratchDir dir;
  CHECK(error_of(dir.path("none.ddt")) ==
        dir.path("none.ddt") + ": can't be opened: No such file or directory");
  CHECK(error_of(dir.path("")) == dir.path("") + ": is a directory; name a .ddt file");
  std::ofstream(dir.path("empty.ddt"));
  CHECK(error_of(dir.path("empty.ddt")) ==
        dir.path("empty.ddt") + ": is empty; not a ddireplay trace");
  REQUIRE(::mkfifo(dir.path("pipe").c_str(), 0600) == 0);
  CHECK(error_of(dir.path("pipe")) ==
        dir.path("pipe") + ": is no regular file; copy it into one first");
}

}  // namespace
}  // namespace ddireplay::format
