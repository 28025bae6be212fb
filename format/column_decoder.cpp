#include "format/column_decoder.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "format/freestanding/columns.h"
#include "format/freestanding/record.h"
#include "format/payload.h"
#include "format/predicted_decoder.h"

namespace ddireplay::format {

namespace {

// How much a chunk may unfold into: any number of records that an encoder takes, however regular
// they are, and beyond that (for stacks) in proportion to what the file has really got.
constexpr std::uint64_t kRawBytesAlways = kMaxSlotsPerChunk * sizeof(Slot);
constexpr std::uint64_t kRawBytesPerPayloadByte = 2048;

// What the events, values and stacks of a chunk take in memory.
std::uint64_t raw_bytes_of(schema::EventChunk::Reader chunk, const ChunkHeader& header) {
  const std::uint64_t per_event = 2 * sizeof(std::uint64_t) + sizeof(std::uint32_t);
  return header.event_count * per_event + chunk.getValueCount() * sizeof(std::uint64_t) +
         chunk.getStackCount() * sizeof(std::uint8_t) +
         chunk.getFrameCount() * sizeof(std::uint64_t);
}

void check_raw_bytes(schema::EventChunk::Reader chunk, const ChunkHeader& header) {
  const std::uint64_t raw_bytes = raw_bytes_of(chunk, header);
  if (raw_bytes <= kRawBytesAlways + header.payload_bytes * kRawBytesPerPayloadByte) return;
  throw Malformed(
      fmt::format("its {} bytes claim to unfold into {}", header.payload_bytes, raw_bytes));
}

// The frames of one chunk's planes.
class Planes {
 public:
  struct Plane {
    std::span<const std::uint8_t> frame;
    std::size_t bytes;  // what it unfolds into
  };

  explicit Planes(schema::EventChunk::Reader chunk) {
    if (chunk.getCoding() != static_cast<std::uint16_t>(ColumnCoding::predicted)) {
      throw Malformed("its columns have an unknown coding");
    }
    const auto numbers = chunk.getPlanes();
    const auto frames = chunk.getFrames();
    std::span<const std::uint8_t> rest(frames.begin(), frames.size());
    for (unsigned i = 0; i + 1 < numbers.size(); i += 2) {
      const std::size_t size = ZSTD_findFrameCompressedSize(rest.data(), rest.size());
      if (ZSTD_isError(size)) throw Malformed(cant_decompress(numbers[i]));
      add(numbers[i], numbers[i + 1], rest.first(size));
      rest = rest.subspan(size);
    }
  }

  // Nothing where the chunk doesn't have it.
  const Plane* find(ColumnId id, std::size_t plane) const {
    const Plane& found = planes_[plane][static_cast<std::size_t>(id)];
    return found.frame.empty() ? nullptr : &found;
  }

  static std::string cant_decompress(unsigned id) {
    return fmt::format("column {} can't be decompressed", id);
  }

 private:
  static constexpr std::size_t kIds = static_cast<std::size_t>(ColumnId::stack_frames) + 1;
  static constexpr std::size_t kPlanes = 8;  // of an item of eight bytes

  void add(std::size_t id, std::size_t plane, std::span<const std::uint8_t> frame) {
    // A number that is none of these is never asked for.
    if (id >= kIds || plane >= kPlanes || !planes_[plane][id].frame.empty()) return;
    const unsigned long long bytes = ZSTD_getFrameContentSize(frame.data(), frame.size());
    if (bytes == ZSTD_CONTENTSIZE_UNKNOWN || bytes == ZSTD_CONTENTSIZE_ERROR) {
      throw Malformed(cant_decompress(static_cast<unsigned>(id)));
    }
    planes_[plane][id] = {frame, bytes};
  }

  std::array<std::array<Plane, kIds>, kPlanes> planes_{};
};

// Each stack's frames, from what it doesn't share with its base. `starts` is room for where they
// lie.
void unfold_stacks(const Buffer<std::uint8_t>& shared, const Buffer<std::uint32_t>& bases,
                   const Buffer<std::uint64_t>& own, Buffer<std::size_t>& starts,
                   EventColumns& columns) {
  std::size_t read = 0;
  std::size_t written = 0;
  starts.resize(columns.stack_depths.size());
  for (std::size_t i = 0; i < columns.stack_depths.size(); ++i) {
    const std::size_t depth = columns.stack_depths[i];
    const std::size_t common = shared[i];
    if (common != 0 && bases[i] >= i) throw Malformed("a stack shares frames with none");
    const std::size_t base = common == 0 ? 0 : i - 1 - bases[i];
    if (common > depth || (common != 0 && common > columns.stack_depths[base])) {
      throw Malformed("a stack shares too many frames");
    }
    const std::size_t fresh = depth - common;
    if (own.size() - read < fresh || columns.stack_frames.size() - written < depth) {
      throw Malformed("its stacks have too few frames");
    }
    std::uint64_t* const to = columns.stack_frames.data() + written;
    std::copy_n(own.data() + read, fresh, to);
    if (common != 0) {
      const std::size_t base_end = starts[base] + columns.stack_depths[base];
      std::copy_n(columns.stack_frames.data() + base_end - common, common, to + fresh);
    }
    starts[i] = written;
    read += fresh;
    written += depth;
  }
  if (read != own.size() || written != columns.stack_frames.size()) {
    throw Malformed("its stacks have too many frames");
  }
}

}  // namespace

void EventColumns::discard() {
  times.discard();
  threads.discard();
  values.discard();
  sites.discard();
}

std::size_t EventColumns::bytes() const {
  return times.size() * sizeof(times[0]) + threads.size() * sizeof(threads[0]) +
         values.size() * sizeof(values[0]) + sites.size() * sizeof(sites[0]) +
         site_table.size() * sizeof(site_table[0]) + stack_depths.size() +
         stack_frames.size() * sizeof(stack_frames[0]);
}

struct ColumnDecoder::Context {
  Context() : zstd(ZSTD_createDCtx()) {
    if (zstd == nullptr) throw std::bad_alloc();
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeDCtx(zstd); }

  // A column of exactly `count` items; of at most `count` where it isn't known how many.
  template <class T>
  void unpack(const Planes& planes, ColumnId id, std::size_t count, Buffer<T>& to);
  template <class T>
  void unpack_up_to(const Planes& planes, ColumnId id, std::size_t count, Buffer<T>& to);
  void unpack_events(const Planes& planes, std::size_t events, std::size_t values);
  void unpack_stacks(const Planes& planes, std::size_t stacks, std::size_t frames,
                     EventColumns& to);

  // False where that isn't so many bytes.
  bool decompress(std::span<const std::uint8_t> frame, void* to, std::size_t bytes);

  ZSTD_DCtx* zstd;
  PredictedBytes predicted;
  PredictedDecoder decoder;
  Buffer<std::uint64_t> tables;

 private:
  std::span<const std::uint8_t> decompress(const Planes::Plane& plane, ColumnId id,
                                           std::size_t bytes);

  Buffer<std::uint8_t> plane_;
  Buffer<std::uint8_t> shared_;
  Buffer<std::uint32_t> bases_;
  Buffer<std::size_t> starts_;
  Buffer<std::uint64_t> frames_;
};

std::span<const std::uint8_t> ColumnDecoder::Context::decompress(const Planes::Plane& plane,
                                                                 ColumnId id, std::size_t bytes) {
  const auto number = static_cast<unsigned>(id);
  if (plane.bytes != bytes) {
    throw Malformed(
        fmt::format("column {} has {} bytes instead of {}", number, plane.bytes, bytes));
  }
  plane_.resize(bytes);
  if (!decompress(plane.frame, plane_.data(), bytes)) {
    throw Malformed(Planes::cant_decompress(number));
  }
  return plane_.span();
}

bool ColumnDecoder::Context::decompress(std::span<const std::uint8_t> frame, void* to,
                                        std::size_t bytes) {
  return ZSTD_decompressDCtx(zstd, to, bytes, frame.data(), frame.size()) == bytes;
}

template <class T>
void ColumnDecoder::Context::unpack(const Planes& planes, ColumnId id, std::size_t count,
                                    Buffer<T>& to) {
  to.resize(count);
  std::fill_n(to.data(), count, T{0});
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    const Planes::Plane* const plane = planes.find(id, i);
    if (plane == nullptr) {
      if (i != 0 || count == 0) continue;
      throw Malformed(fmt::format("column {} is missing", static_cast<unsigned>(id)));
    }
    const std::uint8_t* const bytes = decompress(*plane, id, count).data();
    T* const items = to.data();
    for (std::size_t j = 0; j < count; ++j) {
      items[j] = static_cast<T>(items[j] | static_cast<T>(T{bytes[j]} << 8 * i));
    }
  }
}

template <class T>
void ColumnDecoder::Context::unpack_up_to(const Planes& planes, ColumnId id, std::size_t count,
                                          Buffer<T>& to) {
  const Planes::Plane* const first = planes.find(id, 0);
  const std::size_t items = first != nullptr ? first->bytes : 0;
  if (items > count) {
    throw Malformed(fmt::format("column {} has {} items, with room for {}",
                                static_cast<unsigned>(id), items, count));
  }
  unpack(planes, id, items, to);
}

void ColumnDecoder::Context::unpack_events(const Planes& planes, std::size_t events,
                                           std::size_t values) {
  unpack(planes, ColumnId::times, events, predicted.times);
  unpack_up_to(planes, ColumnId::time_escapes, events, predicted.time_escapes);
  unpack(planes, ColumnId::thread_ranks, events, predicted.thread_ranks);
  unpack_up_to(planes, ColumnId::thread_escapes, events, predicted.thread_escapes);
  unpack(planes, ColumnId::site_steps, events, predicted.site_steps);
  unpack_up_to(planes, ColumnId::site_numbers, events, predicted.site_numbers);
  unpack_up_to(planes, ColumnId::site_functions, events, predicted.site_functions);
  const std::size_t sites = predicted.site_functions.size();
  unpack(planes, ColumnId::site_flags, sites, predicted.site_flags);
  unpack(planes, ColumnId::site_irqls, sites, predicted.site_irqls);
  unpack(planes, ColumnId::site_stacks, sites, predicted.site_stacks);
  // A byte for each event that has values, and one for each eight of them.
  unpack_up_to(planes, ColumnId::value_masks, events + values / 8, predicted.value_masks);
  unpack_up_to(planes, ColumnId::value_codes, values, predicted.value_codes);
  unpack_up_to(planes, ColumnId::value_words, values, predicted.value_words);
  unpack_up_to(planes, ColumnId::value_dwords, values, predicted.value_dwords);
  unpack_up_to(planes, ColumnId::value_raws, values, predicted.value_raws);
}

void ColumnDecoder::Context::unpack_stacks(const Planes& planes, std::size_t stacks,
                                           std::size_t frames, EventColumns& to) {
  unpack(planes, ColumnId::stack_depths, stacks, to.stack_depths);
  unpack(planes, ColumnId::stack_shared, stacks, shared_);
  unpack(planes, ColumnId::stack_bases, stacks, bases_);
  unpack_up_to(planes, ColumnId::stack_frames, frames, frames_);
  to.stack_frames.resize(frames);
  unfold_stacks(shared_, bases_, frames_, starts_, to);
}

ColumnDecoder::ColumnDecoder() : context_(std::make_unique<Context>()) {}
ColumnDecoder::~ColumnDecoder() = default;

void ColumnDecoder::decode(schema::EventChunk::Reader chunk, const ChunkHeader& header,
                           std::span<const FunctionValues> functions, EventColumns& columns) {
  check_raw_bytes(chunk, header);
  const Planes planes(chunk);
  const std::size_t events = header.event_count;
  const std::size_t values = chunk.getValueCount();
  context_->unpack_events(planes, events, values);
  columns.times.resize(events);
  columns.threads.resize(events);
  columns.sites.resize(events);
  columns.site_table.resize(context_->predicted.site_functions.size());
  columns.values.resize(values);
  context_->decoder.decode(context_->predicted, functions, columns);
  context_->unpack_stacks(planes, chunk.getStackCount(), chunk.getFrameCount(), columns);
}

std::span<const std::byte> ColumnDecoder::decode_tables(schema::EventChunk::Reader chunk) {
  const std::span<const std::uint8_t> frame(chunk.getTables().begin(), chunk.getTables().size());
  const unsigned long long bytes = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (bytes == ZSTD_CONTENTSIZE_UNKNOWN || bytes == ZSTD_CONTENTSIZE_ERROR) {
    throw Malformed("its tables can't be decompressed");
  }
  if (bytes > table_bytes_max(frame.size())) {
    throw Malformed(
        fmt::format("the {} bytes of its tables claim to unfold into {}", frame.size(), bytes));
  }
  if (bytes % sizeof(std::uint64_t) != 0) throw Malformed("its tables are no message");
  context_->tables.resize(bytes / sizeof(std::uint64_t));
  if (!context_->decompress(frame, context_->tables.data(), bytes)) {
    throw Malformed("its tables can't be decompressed");
  }
  return std::as_bytes(context_->tables.span());
}

std::span<const std::uint8_t> ColumnDecoder::decode_levels(schema::EventChunk::Reader chunk,
                                                           const ChunkHeader& header) {
  check_raw_bytes(chunk, header);
  context_->unpack_up_to(Planes(chunk), ColumnId::site_irqls, header.event_count,
                         context_->predicted.site_irqls);
  return context_->predicted.site_irqls.span();
}

}  // namespace ddireplay::format
