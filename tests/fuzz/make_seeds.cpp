// make_seeds OUT_DIR TEXT...: seeds for the binary fuzzers, made of those for the text form.
//
// Writes OUT_DIR/trace/NAME.ddt for each text, and for each of its chunks OUT_DIR/payload/NAME.N,
// as fuzz_payload takes it. For each chunk of events it also writes OUT_DIR/payload/NAME.N.tables,
// and OUT_DIR/columns/NAME.N, as fuzz_columns takes it.
#include <zstd.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "format/column_decoder.h"
#include "format/payload.h"
#include "format/text_form.h"
#include "format/trace.capnp.h"
#include "tests/fuzz/columns_input.h"
#include "tests/fuzz/payload_input.h"

using namespace ddireplay;
namespace fs = std::filesystem;

namespace {

std::vector<char> contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_payload(const fs::path& path, const fuzz::PayloadInput& input,
                   std::span<const std::byte> payload) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(&input), sizeof(input));
  out.write(reinterpret_cast<const char*>(payload.data()),
            static_cast<std::streamsize>(payload.size()));
}

std::uint8_t shape_of(format::schema::Function::Reader function) {
  const format::Layout layout =
      format::parse_layout(function.getPrototype().cStr(), function.getDerived().cStr());
  const auto parameters = std::min<unsigned>(layout.entry_count, fuzz::kShapeParameters);
  const bool has_result = layout.field_count > layout.entry_count;
  return static_cast<std::uint8_t>(parameters | (has_result ? fuzz::kShapeResult : 0));
}

void add_planes(fuzz::ColumnsInput& input, format::schema::EventChunk::Reader chunk) {
  const auto numbers = chunk.getPlanes();
  std::span<const std::uint8_t> rest(chunk.getFrames().begin(), chunk.getFrames().size());
  for (unsigned i = 0; i < numbers.size(); i += 2) {
    const std::size_t size = ZSTD_findFrameCompressedSize(rest.data(), rest.size());
    format::test::Plane plane{numbers[i], numbers[i + 1], {}};
    plane.bytes.resize(ZSTD_getFrameContentSize(rest.data(), size));
    ZSTD_decompress(plane.bytes.data(), plane.bytes.size(), rest.data(), size);
    input.planes.push_back(plane);
    rest = rest.subspan(size);
  }
}

void write_columns(const fs::path& path, const format::ChunkHeader& header,
                   format::schema::EventChunk::Reader chunk, std::span<const std::byte> tables) {
  fuzz::ColumnsInput input;
  input.head.events = static_cast<std::uint16_t>(header.event_count);
  input.head.values = static_cast<std::uint16_t>(chunk.getValueCount());
  input.head.stacks = static_cast<std::uint16_t>(chunk.getStackCount());
  input.head.frames = static_cast<std::uint16_t>(chunk.getFrameCount());
  format::visit_payload<format::schema::Tables>(tables, [&](format::schema::Tables::Reader root) {
    for (const auto function : root.getFunctions()) input.shapes.push_back(shape_of(function));
  });
  add_planes(input, chunk);
  const auto bytes = fuzz::to_bytes(input);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

void write_unpacked(const fs::path& out_dir, const std::string& name,
                    const format::ChunkHeader& header, format::schema::EventChunk::Reader chunk) {
  format::ColumnDecoder decoder;
  const auto tables = decoder.decode_tables(chunk);
  fuzz::PayloadInput input = fuzz::to_input(header);
  input.kind = fuzz::kTablesAlone;
  write_payload(out_dir / "payload" / (name + ".tables"), input, tables);
  write_columns(out_dir / "columns" / name, header, chunk, tables);
}

void write_chunks(const fs::path& trace, const fs::path& out_dir) {
  const std::vector<char> bytes = contents(trace);
  const auto file = std::as_bytes(std::span(bytes));
  const auto reader = format::TraceReader::open(trace.string());
  for (const format::ChunkInfo& chunk : reader.chunks()) {
    const std::string name = trace.stem().string() + "." + std::to_string(chunk.header.number);
    const auto payload = format::checked_payload(file, chunk);
    write_payload(out_dir / "payload" / name, fuzz::to_input(chunk.header), payload);
    if (chunk.header.kind != format::ChunkKind::events) continue;
    format::visit_payload<format::schema::EventChunk>(
        payload, [&](format::schema::EventChunk::Reader root) {
          write_unpacked(out_dir, name, chunk.header, root);
        });
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: make_seeds OUT_DIR TEXT...\n";
    return 2;
  }
  const fs::path out_dir = argv[1];
  for (const char* part : {"trace", "payload", "columns"}) fs::create_directories(out_dir / part);
  for (int i = 2; i < argc; ++i) {
    const fs::path path = argv[i];
    std::ifstream text(path);
    const fs::path trace = out_dir / "trace" / path.filename().replace_extension(".ddt");
    format::read_text(text, path.string(), trace.string());
    write_chunks(trace, out_dir);
  }
}
