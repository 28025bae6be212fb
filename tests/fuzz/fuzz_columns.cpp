// Any columns of events, properly compressed, in a payload and a container that are sound. The
// input is a ColumnsInput.
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "format/chunk_decoder.h"
#include "format/freestanding/chunk_encoder.h"
#include "format/trace.capnp.h"
#include "tests/fuzz/columns_input.h"
#include "tests/fuzz/read_all.h"
#include "tests/fuzz/sound_container.h"

using namespace ddireplay;

namespace {

std::string prototype(std::uint8_t shape) {
  std::string parameters;
  for (unsigned i = 0; i < (shape & fuzz::kShapeParameters); ++i) {
    parameters += fmt::format("{}PVOID P{}", i == 0 ? "" : ", ", i);
  }
  const char* const result = (shape & fuzz::kShapeResult) != 0 ? "PVOID" : "VOID";
  return fmt::format("{} ({})", result, parameters.empty() ? "VOID" : parameters);
}

kj::Array<capnp::word> make_payload(const fuzz::ColumnsInput& input) {
  capnp::MallocMessageBuilder message, tables;
  auto functions = tables.initRoot<format::schema::Tables>().initFunctions(
      static_cast<unsigned>(input.shapes.size()));
  for (unsigned i = 0; i < input.shapes.size(); ++i) {
    functions[i].setName(fmt::format("Function{}", i));
    functions[i].setPrototype(prototype(input.shapes[i]));
    functions[i].setModule(format::kNoModule);
  }
  auto root = message.initRoot<format::schema::EventChunk>();
  root.setValueCount(input.head.values);
  root.setStackCount(input.head.stacks);
  root.setFrameCount(input.head.frames);
  format::test::put_tables(root, tables);
  format::test::put_planes(root, input.planes);
  return capnp::messageToFlatArray(message);
}

// The header must say when the events begin and end, which only decoding them tells.
void set_times(format::ChunkHeader& header, std::span<const std::byte> file) {
  format::ChunkInfo info;
  info.offset = sizeof(format::FileHeader);
  std::memcpy(&info.header, file.data() + info.offset, sizeof(info.header));
  format::DecodedChunk chunk;
  format::ChunkDecoder().decode(file, info, chunk);
  const auto times = chunk.columns.times.span();
  if (times.empty()) return;
  header.first_time = times.front();
  header.last_time = times.back();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::ColumnsInput input = fuzz::parse_columns({data, size});
  const auto words = make_payload(input);
  const auto payload = std::as_bytes(std::span(words.begin(), words.size()));
  format::ChunkHeader header{};
  header.kind = format::ChunkKind::events;
  header.event_count = input.head.events;
  set_times(header, fuzz::in_container(header, payload));
  try {
    fuzz::read_all(format::TraceReader::from_bytes(fuzz::in_container(header, payload), "fuzz"));
  } catch (const format::Error&) {
  }
  return 0;
}
