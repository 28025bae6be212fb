#include "format/chunk_decoder.h"

#include <algorithm>
#include <numeric>

#include "format/freestanding/chunk_encoder.h"
#include "format/payload.h"
#include "format/schema_reader.h"

namespace ddireplay::format {

namespace {

ChunkFunction to_function(schema::Function::Reader from, std::size_t module_count) {
  ChunkFunction to;
  to.name = to_string(from.getName());
  to.prototype = to_string(from.getPrototype());
  to.derived = to_string(from.getDerived());
  to.original = from.getOriginal();
  if (from.getModule() != kNoModule) {
    if (from.getModule() >= module_count) throw Malformed("a function's module isn't in its list");
    to.module = from.getModule();
  }
  const Layout layout = parse_layout(to.prototype, to.derived);
  if (layout.error != nullptr) {
    throw Malformed("the layout of " + to.name + " is malformed: " + layout.error);
  }
  to.values = {layout.entry_count, layout.field_count};
  return to;
}

void check_times(const EventColumns& columns, const ChunkHeader& header) {
  const auto times = columns.times.span();
  if (times.empty()) return;
  if (times.front() != header.first_time || times.back() != header.last_time ||
      !std::ranges::is_sorted(times)) {
    throw Malformed("its times contradict its header");
  }
}

void check_stacks(const EventColumns& columns) {
  std::uint64_t frames = 0;
  for (const std::uint8_t depth : columns.stack_depths.span()) {
    if (depth > kMaxStackFrames) throw Malformed("it has a stack that is too deep");
    frames += depth;
  }
  if (frames != columns.stack_frames.size()) throw Malformed("its stacks have too few frames");
  for (const EventSite& site : columns.site_table.span()) {
    if (site.stack != kNoStack && site.stack >= columns.stack_depths.size()) {
      throw Malformed("an event's stack isn't in its list");
    }
  }
}

void read_tables(schema::Tables::Reader from, DecodedChunk& to) {
  to.modules.clear();
  to.functions.clear();
  for (const auto module : from.getModules()) to.modules.push_back(to_module(module));
  for (const auto function : from.getFunctions()) {
    to.functions.push_back(to_function(function, to.modules.size()));
  }
}

void read_chunk(schema::EventChunk::Reader from, const ChunkHeader& header, ColumnDecoder& decoder,
                DecodedChunk& to) {
  visit_payload<schema::Tables>(decoder.decode_tables(from, header),
                                [&](schema::Tables::Reader tables) { read_tables(tables, to); });
  std::vector<FunctionValues> values;
  for (const ChunkFunction& function : to.functions) values.push_back(function.values);
  decoder.decode(from, header, values, to.columns);
  check_times(to.columns, header);
  check_stacks(to.columns);
}

}  // namespace

void decode_chunk(std::span<const std::byte> file, const ChunkInfo& info, ColumnDecoder& decoder,
                  DecodedChunk& chunk) {
  chunk.problem.clear();
  try {
    visit_payload<schema::EventChunk>(
        checked_payload(file, info),
        [&](schema::EventChunk::Reader root) { read_chunk(root, info.header, decoder, chunk); });
  } catch (const Malformed& malformed) {
    chunk.problem = malformed.what();
  }
}

}  // namespace ddireplay::format
