#include "format/column_decoder.h"

#include <fmt/format.h>
#include <zstd.h>

#include <numeric>
#include <optional>
#include <span>

#include "format/freestanding/columns.h"
#include "format/freestanding/record.h"
#include "format/payload.h"

namespace ddireplay::format {

namespace {

// How much a chunk may unfold into: any number of records that an encoder takes, however regular
// they are, and beyond that (for stacks) in proportion to what the file has really got.
constexpr std::uint64_t kRawBytesAlways = kMaxSlotsPerChunk * sizeof(Slot);
constexpr std::uint64_t kRawBytesPerPayloadByte = 2048;

std::uint64_t raw_bytes_of(schema::EventChunk::Reader chunk, const ChunkHeader& header) {
  const std::uint64_t per_event = 2 * sizeof(std::uint64_t) + sizeof(std::uint32_t) +
                                  sizeof(std::uint16_t) + 2 * sizeof(std::uint8_t);
  return header.event_count * per_event + chunk.getValueCount() * sizeof(std::uint64_t) +
         chunk.getStackCount() * sizeof(std::uint8_t) +
         chunk.getFrameCount() * sizeof(std::uint64_t);
}

std::optional<schema::Column::Reader> find_column(capnp::List<schema::Column>::Reader columns,
                                                  ColumnId id) {
  for (const auto column : columns) {
    if (column.getId() == static_cast<std::uint16_t>(id)) return column;
  }
  return std::nullopt;
}

void turn_into_absolute(std::span<std::uint64_t> differences) {
  std::partial_sum(differences.begin(), differences.end(), differences.begin());
}

}  // namespace

std::size_t EventColumns::bytes() const {
  return times.size() * sizeof(times[0]) + threads.size() * sizeof(threads[0]) +
         values.size() * sizeof(values[0]) + stacks.size() * sizeof(stacks[0]) +
         functions.size() * sizeof(functions[0]) + flags.size() + irqls.size() +
         stack_depths.size() + stack_frames.size() * sizeof(stack_frames[0]);
}

struct ColumnDecoder::Context {
  Context() : zstd(ZSTD_createDCtx()) {
    if (zstd == nullptr) throw std::bad_alloc();
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeDCtx(zstd); }

  template <class T>
  void unpack(capnp::List<schema::Column>::Reader columns, ColumnId id, std::size_t count,
              Buffer<T>& to);

  ZSTD_DCtx* zstd;
};

template <class T>
void ColumnDecoder::Context::unpack(capnp::List<schema::Column>::Reader columns, ColumnId id,
                                    std::size_t count, Buffer<T>& to) {
  const int number = static_cast<int>(id);
  const auto column = find_column(columns, id);
  if (!column) throw Malformed(fmt::format("column {} is missing", number));
  if (column->getCoding() != static_cast<std::uint16_t>(ColumnCoding::plain)) {
    throw Malformed(fmt::format("column {} has an unknown coding", number));
  }
  const std::size_t bytes = count * sizeof(T);
  if (column->getRawBytes() != bytes) {
    throw Malformed(
        fmt::format("column {} has {} bytes instead of {}", number, column->getRawBytes(), bytes));
  }
  to.resize(count);
  if (bytes == 0) return;
  const auto data = column->getData();
  if (ZSTD_getFrameContentSize(data.begin(), data.size()) != bytes ||
      ZSTD_decompressDCtx(zstd, to.data(), bytes, data.begin(), data.size()) != bytes) {
    throw Malformed(fmt::format("column {} can't be decompressed", number));
  }
}

ColumnDecoder::ColumnDecoder() : context_(std::make_unique<Context>()) {}
ColumnDecoder::~ColumnDecoder() = default;

void ColumnDecoder::decode(schema::EventChunk::Reader chunk, const ChunkHeader& header,
                           EventColumns& columns) {
  const std::uint64_t raw_bytes = raw_bytes_of(chunk, header);
  if (raw_bytes > kRawBytesAlways + header.payload_bytes * kRawBytesPerPayloadByte) {
    throw Malformed(
        fmt::format("its {} bytes claim to unfold into {}", header.payload_bytes, raw_bytes));
  }
  const auto list = chunk.getColumns();
  const std::size_t events = header.event_count;
  context_->unpack(list, ColumnId::time, events, columns.times);
  context_->unpack(list, ColumnId::thread, events, columns.threads);
  context_->unpack(list, ColumnId::function, events, columns.functions);
  context_->unpack(list, ColumnId::flags, events, columns.flags);
  context_->unpack(list, ColumnId::irql, events, columns.irqls);
  context_->unpack(list, ColumnId::stack, events, columns.stacks);
  context_->unpack(list, ColumnId::values, chunk.getValueCount(), columns.values);
  context_->unpack(list, ColumnId::stack_depths, chunk.getStackCount(), columns.stack_depths);
  context_->unpack(list, ColumnId::stack_frames, chunk.getFrameCount(), columns.stack_frames);
  turn_into_absolute(columns.times.span());
}

}  // namespace ddireplay::format
