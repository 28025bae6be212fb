#include "format/freestanding/plain_columns.h"

#include "format/freestanding/carver.h"

namespace ddireplay::format {

namespace {

// Columns that lie a power of two apart would compete for the same lines of the cache: each is
// given this much more than it needs.
constexpr std::size_t kStridePadding = 5 * Carver::kAlignment;

template <class T>
T* take_column(Carver& carver, std::size_t count) {
  return carver.take<T>(count + kStridePadding / sizeof(T));
}

template <class T>
RawColumn column(ColumnId id, const T* items, std::size_t count) {
  return {id, ColumnCoding::plain, {reinterpret_cast<const std::byte*>(items), count * sizeof(T)}};
}

}  // namespace

std::size_t PlainColumns::scratch_bytes(std::uint32_t slots) {
  // An event's fields and values take no more room here than in its slots. Beyond that there is
  // what carving adds to a column: the padding and the rounding.
  return std::size_t{slots} * sizeof(Slot) + kColumnCount * (kStridePadding + Carver::kAlignment);
}

PlainColumns::PlainColumns(std::uint32_t event_count, std::uint32_t value_count,
                           std::span<std::byte> scratch) {
  Carver carver(scratch.data());
  times_ = take_column<std::uint64_t>(carver, event_count);
  threads_ = take_column<std::uint64_t>(carver, event_count);
  values_ = take_column<std::uint64_t>(carver, value_count);
  stacks_ = take_column<std::uint32_t>(carver, event_count);
  functions_ = take_column<std::uint16_t>(carver, event_count);
  flags_ = take_column<std::uint8_t>(carver, event_count);
  irqls_ = take_column<std::uint8_t>(carver, event_count);
}

void PlainColumns::add(const ChunkEvent& event) {
  const std::uint32_t at = event_count_++;
  times_[at] = event.time - last_time_;
  last_time_ = event.time;
  threads_[at] = event.thread;
  stacks_[at] = event.stack;
  functions_[at] = event.function;
  flags_[at] = event.flags;
  irqls_[at] = event.irql;
  for (const std::uint64_t value : event.values) values_[value_count_++] = value;
}

std::span<const RawColumn> PlainColumns::finish() {
  columns_[0] = column(ColumnId::time, times_, event_count_);
  columns_[1] = column(ColumnId::thread, threads_, event_count_);
  columns_[2] = column(ColumnId::function, functions_, event_count_);
  columns_[3] = column(ColumnId::flags, flags_, event_count_);
  columns_[4] = column(ColumnId::irql, irqls_, event_count_);
  columns_[5] = column(ColumnId::stack, stacks_, event_count_);
  columns_[6] = column(ColumnId::values, values_, value_count_);
  return columns_;
}

}  // namespace ddireplay::format
