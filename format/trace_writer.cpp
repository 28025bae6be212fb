#include "format/trace_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <stdexcept>
#include <utility>

#include "format/chunk_writer.h"
#include "format/footer_maker.h"
#include "format/symbol_chunk.h"
#include "format/table_encoder.h"
#include "format/trace_tables.h"

namespace ddireplay::format {

namespace {

void require(bool condition, const char* what) {
  if (!condition) throw std::logic_error(what);
}

const FileHeader& checked(const FileHeader& header) {
  require(header.pointer_bytes == 4 || header.pointer_bytes == 8, "no such size of a pointer");
  require(header.clock_hz != 0, "a clock that stands still");
  return header;
}

// What is pending of one processor.
struct Stream {
  std::vector<Slot> slots;
  std::uint32_t event_count = 0;
  std::uint64_t last_time = 0;
  std::uint64_t lost_before = 0;
};

}  // namespace

struct TraceWriter::State {
  State(const std::string& path, const FileHeader& header, const WriterOptions& writer_options)
      : options(writer_options), chunks(path, checked(header)), encoder(writer_options.level) {
    options.events_per_chunk = std::clamp(options.events_per_chunk, 1u, kMaxEventsPerChunk);
  }

  std::uint8_t expected_values(const NewEvent& event) const;
  bool is_full(const Stream& stream, const NewEvent& event) const;
  void store(Stream& stream, const NewEvent& event);
  void end_chunk(std::uint16_t processor, Stream& stream, std::uint32_t number, std::uint64_t time);
  void write_footer(FooterInfo footer);

  WriterOptions options;
  TraceTables tables;
  ChunkWriter chunks;
  TableEncoder encoder;
  std::map<std::uint16_t, Stream> streams;
  std::vector<ModuleSymbols> symbols;
  std::uint64_t events = 0;
  std::uint64_t lost = 0;
};

std::uint8_t TraceWriter::State::expected_values(const NewEvent& event) const {
  const Layout& layout = tables.function(event.function).layout;
  return (event.flags & event_flags::exit) != 0 ? layout.field_count : layout.entry_count;
}

bool TraceWriter::State::is_full(const Stream& stream, const NewEvent& event) const {
  const std::size_t slots = slots_for(static_cast<unsigned>(event.values.size()));
  return stream.event_count == options.events_per_chunk ||
         stream.slots.size() + slots > kMaxSlotsPerChunk;
}

void TraceWriter::State::store(Stream& stream, const NewEvent& event) {
  Record record{};
  record.time = event.time;
  record.thread = event.thread;
  record.stack = event.stack;
  record.function = static_cast<std::uint16_t>(event.function);
  record.irql = event.irql;
  record.flags = event.flags;
  const std::size_t first = stream.slots.size();
  stream.slots.resize(first + slots_for(static_cast<unsigned>(event.values.size())));
  std::byte* const place = reinterpret_cast<std::byte*>(&stream.slots[first]);
  std::memcpy(place, &record, sizeof(record));
  if (!event.values.empty()) {
    std::memcpy(place + offsetof(Record, values), event.values.data(), event.values.size_bytes());
  }
  ++stream.event_count;
  stream.last_time = event.time;
  ++events;
}

void TraceWriter::State::end_chunk(std::uint16_t processor, Stream& stream, std::uint32_t number,
                                   std::uint64_t time) {
  const ChunkIdentity identity = {.trace_id = chunks.header().trace_id,
                                  .stream = processor,
                                  .number = number,
                                  .lost_before = stream.lost_before,
                                  .time = time};
  const auto chunk = encoder.encode(identity, stream.slots, tables);
  if (chunk.empty()) throw Error(chunks.name() + ": a chunk is too large; make chunks smaller");
  chunks.add(chunk);
  stream.slots.clear();
  stream.event_count = 0;
  stream.lost_before = 0;
}

void TraceWriter::State::write_footer(FooterInfo footer) {
  footer.events = events;
  footer.lost = std::max(lost, footer.lost);
  const auto chunk = make_footer(chunks.header().trace_id, chunks.free_number(), footer,
                                 chunks.index(), encoder.modules(tables));
  if (chunk.empty()) throw Error(chunks.name() + ": its index is too large; make chunks larger");
  chunks.close(chunk);
}

TraceWriter::TraceWriter(const std::string& path, const FileHeader& header,
                         const WriterOptions& options)
    : state_(std::make_unique<State>(path, header, options)) {}

TraceWriter::TraceWriter(const FileHeader& header, const WriterOptions& options)
    : state_(std::make_unique<State>(std::string(), header, options)) {}

TraceWriter::~TraceWriter() = default;

ModuleId TraceWriter::add_module(const Module& module) {
  const ModuleId id = state_->tables.intern_module(module);
  if (id >= kNoModule) throw Error(state_->chunks.name() + ": has too many modules");
  return id;
}

FunctionId TraceWriter::add_function(std::string_view name, std::string_view prototype,
                                     std::string_view derived, ModuleId module,
                                     std::uint64_t original) {
  const Layout layout = parse_layout(prototype, derived);
  if (layout.error != nullptr) {
    throw Error(fmt::format("{}: the layout of {} is malformed: {}", state_->chunks.name(), name,
                            layout.error));
  }
  require(module == kNoModuleId || module < state_->tables.module_count(), "no such module");
  const FunctionId id = state_->tables.intern_function({.name = name,
                                                        .prototype = prototype,
                                                        .derived = derived,
                                                        .original = original,
                                                        .module = module});
  if (id >= kMaxFunctions) throw Error(state_->chunks.name() + ": has too many functions");
  return id;
}

StackId TraceWriter::add_stack(std::span<const std::uint64_t> frames) {
  require(frames.size() <= kMaxStackFrames, "a stack is too deep");
  return state_->tables.intern_stack(frames);
}

void TraceWriter::append(const NewEvent& event) {
  require(event.function < state_->tables.function_count(), "no such function");
  require(event.stack == kNoStack || event.stack < state_->tables.stack_count(), "no such stack");
  require(event.processor < kMaxProcessors, "no such processor");
  require(event.values.size() == state_->expected_values(event), "wrong number of values");
  Stream& stream = state_->streams[event.processor];
  if (event.time < stream.last_time) {
    throw Error(fmt::format("{}: time goes back on processor {}: from {} to {}",
                            state_->chunks.name(), event.processor, stream.last_time, event.time));
  }
  if (state_->is_full(stream, event)) end_chunk(event.processor);
  state_->store(stream, event);
}

void TraceWriter::gap(std::uint16_t processor, std::uint64_t lost) {
  require(processor < kMaxProcessors, "no such processor");
  Stream& stream = state_->streams[processor];
  if (stream.event_count != 0) end_chunk(processor);
  stream.lost_before += lost;
  state_->lost += lost;
}

void TraceWriter::end_chunk(std::uint16_t processor, std::optional<std::uint32_t> number,
                            std::uint64_t time) {
  require(processor < kMaxProcessors, "no such processor");
  require(!number || is_free(*number), "another chunk has this number");
  state_->end_chunk(processor, state_->streams[processor],
                    number.value_or(state_->chunks.free_number()), time);
}

bool TraceWriter::is_free(std::uint32_t chunk_number) const {
  return !state_->chunks.is_taken(chunk_number);
}

void TraceWriter::add_symbols(std::span<const ModuleSymbols> symbols) {
  state_->symbols.insert(state_->symbols.end(), symbols.begin(), symbols.end());
}

void TraceWriter::finish(const FooterInfo& footer) {
  for (const auto& [processor, stream] : state_->streams) {
    if (stream.event_count != 0 || stream.lost_before != 0) {
      end_chunk(processor, std::nullopt, stream.last_time);
    }
  }
  state_->chunks.flush_held();
  if (!state_->symbols.empty()) {
    state_->chunks.add(encode_symbols(state_->chunks.header().trace_id,
                                      state_->chunks.free_number(),
                                      in_stored_order(state_->symbols)));
  }
  state_->write_footer(footer);
}

std::vector<std::byte> TraceWriter::take_bytes() { return state_->chunks.take_bytes(); }

}  // namespace ddireplay::format
