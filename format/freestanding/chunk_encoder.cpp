#include "format/freestanding/chunk_encoder.h"

// A context in memory of our own is part of zstd's static interface only.
#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

#include "format/freestanding/carver.h"
#include "format/freestanding/flat_tables.h"
#include "format/freestanding/local_numbers.h"
#include "format/freestanding/predicted_columns.h"
#include "format/freestanding/record_cursor.h"
#include "format/freestanding/stack_sharing.h"
#include "format/trace.flat.h"

namespace ddireplay::format {

namespace {

constexpr std::uint32_t kStackPlanes = 1 + 1 + 4 + 8;
constexpr std::uint32_t kPlanesMax = PredictedColumns::kPlanes + kStackPlanes;

constexpr std::uint32_t kSeenAddresses = 1024;  // a power of two

// The columns of a chunk as they come.
struct PlaneList {
  flat::DataWriter frames;
  std::uint8_t numbers[2 * kPlanesMax];  // EventChunk.planes
  std::size_t count = 0;
};

// Most planes of wide columns are, and are looked through to their end: by words.
bool is_zero(std::span<const std::uint8_t> bytes) {
  std::size_t i = 0;
  for (std::uint64_t word = 0; i + sizeof(word) <= bytes.size(); i += sizeof(word)) {
    __builtin_memcpy(&word, bytes.data() + i, sizeof(word));
    if (word != 0) return false;
  }
  while (i < bytes.size() && bytes[i] == 0) ++i;
  return i == bytes.size();
}

// What the tables of a chunk take before they are compressed.
std::size_t table_bytes(const EncoderLimits& limits) {
  constexpr std::size_t kStructBytes = 128;  // of any struct of the schema, pointers included
  return 1024 + limits.modules * (kStructBytes + kModuleTextBytes) +
         limits.functions * (kStructBytes + kFunctionTextBytes) + limits.text_bytes;
}

std::size_t smaller(std::size_t left, std::size_t right) { return left < right ? left : right; }
std::size_t larger(std::size_t left, std::size_t right) { return left < right ? right : left; }

}  // namespace

// All the memory of an encoder. Lies at the start of the caller's scratch.
struct ChunkEncoder::Scratch {
  ZSTD_CCtx* compressor;
  std::byte* compressor_memory;
  std::size_t compressor_bytes;
  LocalNumbers<std::uint16_t> modules;
  LocalNumbers<std::uint16_t> functions;
  LocalNumbers<std::uint32_t> stacks;
  StackSharing sharing;
  std::uint64_t* seen_addresses;  // whose modules are known to be in `modules`
  std::byte* columns;
  std::size_t columns_bytes;

  // Of the chunk at work.
  std::uint32_t event_count;
  std::uint32_t value_count;
  std::uint32_t frame_count;
  std::uint64_t first_time;
  std::uint64_t last_time;

  void place(Carver& carver, const EncoderLimits& limits, int level);
  bool survey(std::span<const Slot> slots, const ChunkTables& tables);
  bool add_record(const RecordCursor& cursor, const ChunkTables& tables);
  void collect_modules(const ChunkTables& tables);
  void add_modules_at(std::uint64_t address, std::span<const ModuleEntry> modules);
  void put_in_order(const ChunkTables& tables);
  bool put_tables(flat::EventChunk chunk, const ChunkTables& tables, int level);
  void fill_tables(flat::Tables to_fill, const ChunkTables& tables) const;
  bool put_columns(flat::EventChunk chunk, std::span<const Slot> slots, const ChunkTables& tables,
                   int level);
  bool put_stacks(PlaneList& list, const StackTable& stacks, int level);
  template <class Column>
  bool put_column(PlaneList& list, ColumnId id, const Column& column, int level);
  bool compress(const void* from, std::size_t bytes, flat::DataWriter& to, int level);
};

void ChunkEncoder::Scratch::place(Carver& carver, const EncoderLimits& limits, int level) {
  const std::size_t frames = smaller(limits.frames, std::size_t{limits.slots} * kMaxStackFrames);
  const std::size_t stacks_used = smaller(limits.stacks, limits.slots);
  modules.place(carver, limits.modules, limits.modules);
  functions.place(carver, limits.functions, smaller(limits.functions, limits.slots));
  stacks.place(carver, limits.stacks, stacks_used);
  sharing.place(carver);
  seen_addresses = carver.take<std::uint64_t>(kSeenAddresses);
  // First the tables lie here, then the events' columns, then those of the stacks.
  columns_bytes = larger(PredictedColumns::scratch_bytes(limits.slots, limits.functions),
                         frames * sizeof(std::uint64_t) + 6 * stacks_used + 4 * Carver::kAlignment);
  columns_bytes = larger(columns_bytes, table_bytes(limits));
  columns = carver.take<std::byte>(columns_bytes);
  compressor_bytes = ZSTD_estimateCCtxSize(level);
  compressor_memory = carver.take<std::byte>(compressor_bytes);
}

// Reads the records once: checks them, counts, and numbers what they refer to.
bool ChunkEncoder::Scratch::survey(std::span<const Slot> slots, const ChunkTables& tables) {
  modules.clear_used();
  functions.clear_used();
  stacks.clear_used();
  event_count = value_count = frame_count = 0;
  RecordCursor cursor(slots, tables.functions);
  while (cursor.next()) {
    if (!add_record(cursor, tables)) return false;
  }
  if (!cursor.at_end()) return false;
  collect_modules(tables);
  put_in_order(tables);
  return true;
}

bool ChunkEncoder::Scratch::add_record(const RecordCursor& cursor, const ChunkTables& tables) {
  const Record& record = cursor.record();
  if (record.stack != kNoStack) {
    if (record.stack >= tables.stacks.stacks.size()) return false;
    if (!stacks.contains(record.stack)) {
      const StackEntry& stack = tables.stacks.stacks[record.stack];
      const std::size_t frames = tables.stacks.frames.size();
      if (stack.depth > kMaxStackFrames || stack.first_frame > frames ||
          stack.depth > frames - stack.first_frame) {
        return false;
      }
      frame_count += stack.depth;
      stacks.add(record.stack);
    }
  }
  functions.add(record.function);
  if (event_count == 0) first_time = cursor.time();
  last_time = cursor.time();
  ++event_count;
  value_count += static_cast<std::uint32_t>(cursor.values().size());
  return true;
}

void ChunkEncoder::Scratch::collect_modules(const ChunkTables& tables) {
  for (const std::uint16_t function : functions.used()) {
    const std::uint16_t module = tables.functions[function].module;
    if (module < tables.modules.size()) modules.add(module);
  }
  __builtin_memset(seen_addresses, 0, kSeenAddresses * sizeof(std::uint64_t));
  for (const std::uint32_t number : stacks.used()) {
    const StackEntry& stack = tables.stacks.stacks[number];
    for (std::uint32_t i = 0; i < stack.depth; ++i) {
      add_modules_at(tables.stacks.frames[stack.first_frame + i], tables.modules);
    }
  }
}

// Stacks are many, return addresses few: remembering those that were looked up saves nearly all
// walks through the modules.
void ChunkEncoder::Scratch::add_modules_at(std::uint64_t address,
                                           std::span<const ModuleEntry> table) {
  std::uint64_t& seen = seen_addresses[(address ^ address >> 10) % kSeenAddresses];
  if (seen == address) return;
  seen = address;
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (address - table[i].base < table[i].size) modules.add(static_cast<std::uint16_t>(i));
  }
}

// By what the trace says of them: so the numbers say nothing about the caller's table, and a trace
// that is read and written again stays the same. Chunks that use the same functions and
// modules have the same tables, which a reader looks through once.
void ChunkEncoder::Scratch::put_in_order(const ChunkTables& tables) {
  functions.sort_by([&](std::uint16_t function) { return tables.functions[function].original; });
  modules.sort_by([&](std::uint16_t module) { return tables.modules[module].base; });
}

// In a chunk of few events its tables are most of it, and mostly text.
bool ChunkEncoder::Scratch::put_tables(flat::EventChunk chunk, const ChunkTables& tables,
                                       int level) {
  flat::Message message(columns, columns_bytes);
  fill_tables(message.init_root<flat::Tables>(), tables);
  const std::size_t bytes = message.finish();
  if (bytes == 0) return false;
  flat::DataWriter frame = chunk.init_tables(0);
  return compress(columns, bytes, frame, level) && bytes <= table_bytes_max(frame.size());
}

void ChunkEncoder::Scratch::fill_tables(flat::Tables to_fill, const ChunkTables& tables) const {
  auto module_list = to_fill.init_modules(modules.count());
  for (std::uint32_t i = 0; i < modules.count(); ++i) {
    put_module(module_list[i], tables.modules[modules.used()[i]]);
  }
  auto function_list = to_fill.init_functions(functions.count());
  for (std::uint32_t i = 0; i < functions.count(); ++i) {
    const FunctionEntry& from = tables.functions[functions.used()[i]];
    flat::Function to = function_list[i];
    to.set_name(to_flat(from.name));
    to.set_prototype(to_flat(from.prototype));
    if (!from.derived.empty()) to.set_derived(to_flat(from.derived));
    const bool has_module = from.module < tables.modules.size();
    to.set_module(has_module ? modules.local(from.module) : kNoModule);
    to.set_original(from.original);
  }
}

// Reads the records a second time, and turns them into columns.
bool ChunkEncoder::Scratch::put_columns(flat::EventChunk chunk, std::span<const Slot> slots,
                                        const ChunkTables& tables, int level) {
  chunk.set_stack_count(stacks.count());
  chunk.set_frame_count(frame_count);
  chunk.set_value_count(value_count);
  chunk.set_coding(static_cast<std::uint16_t>(ColumnCoding::predicted));
  PlaneList list{.frames = chunk.init_frames(0), .numbers = {}};
  PredictedColumns coding(event_count, value_count, functions.count(), {columns, columns_bytes});
  RecordCursor cursor(slots, tables.functions);
  while (cursor.next()) {
    const Record& record = cursor.record();
    coding.add({.time = cursor.time(),
                .thread = record.thread,
                .values = cursor.values(),
                .stack = record.stack == kNoStack ? kNoStack : stacks.local(record.stack),
                .function = functions.local(record.function),
                .irql = record.irql,
                .flags = record.flags});
  }
  const bool has_room = coding.put_columns([&](ColumnId id, const auto& column) {
    return put_column(list, id, column, level);
  }) && put_stacks(list, tables.stacks, level);
  chunk.set_planes({list.numbers, 2 * list.count});
  return has_room;
}

bool ChunkEncoder::Scratch::put_stacks(PlaneList& list, const StackTable& table, int level) {
  Carver carver(columns);
  const std::uint32_t count = stacks.count();
  FillingColumn<1> depths{carver.take<std::uint8_t>(count), count};
  FillingColumn<1> shared{carver.take<std::uint8_t>(count), count};
  FillingColumn<4> bases{carver.take<std::uint8_t>(std::size_t{4} * count), count};
  FillingColumn<8> frames{carver.take<std::uint8_t>(std::size_t{8} * frame_count), frame_count};
  sharing.begin(table, stacks.used());
  for (std::uint32_t number = 0; number < count; ++number) {
    const std::span<const std::uint64_t> stack = sharing.frames_of(number);
    const StackSharing::Shared common = sharing.next(number);
    depths.push(stack.size());
    shared.push(common.frames);
    bases.push(number == 0 ? 0 : number - 1 - common.with);
    for (const std::uint64_t frame : stack.first(stack.size() - common.frames)) frames.push(frame);
  }
  return put_column(list, ColumnId::stack_depths, depths, level) &&
         put_column(list, ColumnId::stack_shared, shared, level) &&
         put_column(list, ColumnId::stack_bases, bases, level) &&
         put_column(list, ColumnId::stack_frames, frames, level);
}

template <class Column>
bool ChunkEncoder::Scratch::put_column(PlaneList& list, ColumnId id, const Column& column,
                                       int level) {
  for (std::size_t i = 0; i < Column::kItemBytes; ++i) {
    const std::span<const std::uint8_t> plane = column.plane(i);
    // The first one also says how many items there are.
    if (plane.empty() || (i != 0 && is_zero(plane))) continue;
    if (!compress(plane.data(), plane.size(), list.frames, level)) return false;
    std::uint8_t* const number = list.numbers + 2 * list.count++;
    number[0] = static_cast<std::uint8_t>(id);
    number[1] = static_cast<std::uint8_t>(i);
  }
  return true;
}

// Straight into the message, behind what is in `to`.
bool ChunkEncoder::Scratch::compress(const void* from, std::size_t bytes, flat::DataWriter& to,
                                     int level) {
  const std::size_t before = to.size();
  const std::size_t bound = ZSTD_compressBound(bytes);
  to.resize(before + bound);
  if (to.data() == nullptr) return false;
  const std::size_t compressed =
      ZSTD_compressCCtx(compressor, to.data() + before, bound, from, bytes, level);
  if (ZSTD_isError(compressed)) return false;
  to.resize(before + compressed);
  return true;
}

std::size_t ChunkEncoder::scratch_bytes(const EncoderLimits& limits, int level) {
  Carver carver(nullptr);
  carver.take<Scratch>(1);
  Scratch scratch{};
  scratch.place(carver, limits, level);
  return carver.bytes();
}

std::size_t ChunkEncoder::chunk_bytes(const EncoderLimits& limits) {
  const std::size_t slots = limits.slots;
  const std::size_t raw = PredictedColumns::output_bytes(limits.slots) +
                          6 * smaller(limits.stacks, slots) +
                          smaller(limits.frames, slots * kMaxStackFrames) * sizeof(std::uint64_t);
  constexpr std::size_t kFrameOverhead = 256;  // of zstd, for each column, at least
  return sizeof(ChunkHeader) + 1024 + raw + raw / 128 + kPlanesMax * kFrameOverhead +
         ZSTD_compressBound(table_bytes(limits));
}

ChunkEncoder::ChunkEncoder(const EncoderLimits& limits, std::span<std::byte> scratch, int level)
    : limits_(limits), level_(level), scratch_(nullptr) {
  const bool aligned = reinterpret_cast<std::uintptr_t>(scratch.data()) % Carver::kAlignment == 0;
  if (!aligned || scratch.size() < scratch_bytes(limits, level)) return;
  Carver carver(scratch.data());
  Scratch* const made = carver.take<Scratch>(1);
  *made = Scratch{};
  made->place(carver, limits, level);
  made->modules.clear_all();
  made->functions.clear_all();
  made->stacks.clear_all();
  made->compressor = ZSTD_initStaticCCtx(made->compressor_memory, made->compressor_bytes);
  if (made->compressor != nullptr) scratch_ = made;
}

std::span<const std::byte> ChunkEncoder::encode(const ChunkIdentity& identity,
                                                std::span<const Slot> slots,
                                                const ChunkTables& tables,
                                                std::span<std::byte> output) {
  const bool within_limits = slots.size() <= limits_.slots && slots.size() <= kMaxSlotsPerChunk &&
                             tables.modules.size() <= limits_.modules &&
                             tables.modules.size() < kNoModule &&
                             tables.functions.size() <= limits_.functions &&
                             tables.stacks.stacks.size() <= limits_.stacks &&
                             tables.stacks.frames.size() <= limits_.frames;
  if (scratch_ == nullptr || !within_limits || output.size() < sizeof(ChunkHeader)) return {};
  if (!scratch_->survey(slots, tables)) return {};

  flat::Message message(output.data() + sizeof(ChunkHeader), output.size() - sizeof(ChunkHeader));
  auto chunk = message.init_root<flat::EventChunk>();
  if (!scratch_->put_tables(chunk, tables, level_) ||
      !scratch_->put_columns(chunk, slots, tables, level_)) {
    return {};
  }
  const std::size_t payload_bytes = message.finish();
  if (payload_bytes == 0) return {};

  const bool has_events = scratch_->event_count != 0;
  ChunkHeader header{};
  header.trace_id = identity.trace_id;
  header.kind = ChunkKind::events;
  header.stream = identity.stream;
  header.number = identity.number;
  header.first_time = has_events ? scratch_->first_time : identity.time;
  header.last_time = has_events ? scratch_->last_time : identity.time;
  header.event_count = scratch_->event_count;
  header.lost_before = identity.lost_before;
  return seal_chunk(header, output, payload_bytes);
}

}  // namespace ddireplay::format
