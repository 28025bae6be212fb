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
  return to;
}

FunctionValues values_of(const ChunkFunction& function) {
  const Layout layout = parse_layout(function.prototype, function.derived);
  if (layout.error != nullptr) {
    throw Malformed("the layout of " + function.name + " is malformed: " + layout.error);
  }
  return {layout.entry_count, layout.field_count};
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

// Of tables that are remembered. Those of nearly all chunks are much smaller.
constexpr std::size_t kKeptBytesMax = 256 << 10;

std::size_t bytes_of(const DecodedTables& tables) {
  std::size_t bytes = tables.frame.size();
  for (const Module& module : tables.modules) {
    bytes += sizeof(module) + module.name.size() + module.pdb_name.size();
  }
  for (const ChunkFunction& function : tables.functions) {
    bytes += sizeof(function) + sizeof(FunctionValues) + function.name.size() +
             function.prototype.size() + function.derived.size();
  }
  return bytes;
}

void read_tables(schema::Tables::Reader from, DecodedTables& to) {
  for (const auto module : from.getModules()) to.modules.push_back(to_module(module));
  for (const auto function : from.getFunctions()) {
    to.functions.push_back(to_function(function, to.modules.size()));
    to.values.push_back(values_of(to.functions.back()));
  }
}

}  // namespace

void ChunkDecoder::decode(std::span<const std::byte> file, const ChunkInfo& info,
                          DecodedChunk& chunk) {
  chunk.problem.clear();
  try {
    visit_payload<schema::EventChunk>(
        checked_payload(file, info),
        [&](schema::EventChunk::Reader root) { read(root, info.header, chunk); });
  } catch (const Malformed& malformed) {
    chunk.problem = malformed.what();
  }
}

void ChunkDecoder::read(schema::EventChunk::Reader from, const ChunkHeader& header,
                        DecodedChunk& to) {
  to.tables = tables_of(from);
  columns_.decode(from, header, to.tables->values, to.columns);
  check_times(to.columns, header);
  check_stacks(to.columns);
}

std::shared_ptr<const DecodedTables> ChunkDecoder::tables_of(schema::EventChunk::Reader from) {
  const auto data = from.getTables();
  const auto frame = std::as_bytes(std::span(data.begin(), data.size()));
  for (const auto& known : recent_) {
    if (known && std::ranges::equal(known->frame, frame)) return known;
  }
  auto tables = std::make_shared<DecodedTables>();
  tables->frame.assign(frame.begin(), frame.end());
  visit_payload<schema::Tables>(columns_.decode_tables(from),
                                [&](schema::Tables::Reader root) { read_tables(root, *tables); });
  tables->bytes = bytes_of(*tables);
  tables->is_kept = tables->bytes <= kKeptBytesMax;
  if (tables->is_kept) recent_[oldest_++ % kRecentTables] = tables;
  return tables;
}

}  // namespace ddireplay::format
