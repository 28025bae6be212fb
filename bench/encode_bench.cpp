// What it costs the writer to turn records into a chunk, and how many bytes an event then has.
// Beside it, in the same process and on the same records: zstd on the records as they are, and on
// the same fields packed one behind the other, as CTF lays them out.
#include <benchmark/benchmark.h>
#include <zstd.h>

#include <cstring>
#include <vector>

#include "bench/recording.h"
#include "format/freestanding/record_cursor.h"

namespace ddireplay::bench {
namespace {

constexpr std::size_t kChunkSlots = 1 << 16;
constexpr std::size_t kChunks = 8;

// Full chunks' worth of one stream's records, as the writer takes them out of the ring.
class Records {
 public:
  Records() : alone_(traffic_config()), traffic_(alone_.recorder) {
    std::vector<recorder::Slot> room(kChunkSlots);
    while (chunks_.size() < kChunks) {
      traffic_.step();
      for (recorder::Ring& ring : alone_.recorder.rings()) {
        if (ring.used() < kChunkSlots - 128) continue;
        const recorder::Drained drained = ring.drain(room, value_counts(alone_.recorder));
        chunks_.emplace_back(room.begin(), room.begin() + drained.slots);
      }
    }
    for (const auto& chunk : chunks_) {
      for (auto cursor = records_of(chunk); cursor.next();) ++events_;
    }
  }

  const std::vector<std::vector<recorder::Slot>>& chunks() const { return chunks_; }
  std::size_t events() const { return events_; }
  format::ChunkTables tables() {
    recorder::Recorder& recorder = alone_.recorder;
    return {recorder.tables().modules(), recorder.tables().functions(), recorder.stacks().view()};
  }
  format::RecordCursor records_of(std::span<const recorder::Slot> slots) {
    return {slots, alone_.recorder.tables().functions()};
  }

 private:
  RecorderAlone alone_;
  Traffic traffic_;
  std::vector<std::vector<recorder::Slot>> chunks_;
  std::size_t events_ = 0;
};

Records& records() {
  static Records the_records;
  return the_records;
}

void count(benchmark::State& state, std::size_t bytes) {
  const auto events = static_cast<std::int64_t>(records().events());
  state.SetItemsProcessed(state.iterations() * events);
  state.counters["bytes/event"] = static_cast<double>(bytes) / static_cast<double>(events);
}

void encode_chunks(benchmark::State& state) {
  const recorder::RecorderConfig config = traffic_config();
  const format::EncoderLimits limits{.slots = kChunkSlots,
                                     .modules = config.modules,
                                     .functions = config.functions,
                                     .stacks = config.stacks,
                                     .frames = config.frames};
  AlignedMemory scratch(format::ChunkEncoder::scratch_bytes(limits));
  AlignedMemory output(format::ChunkEncoder::chunk_bytes(limits));
  format::ChunkEncoder encoder(limits, scratch.span());
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes = 0;
    for (const auto& chunk : records().chunks()) {
      bytes += encoder.encode({}, chunk, records().tables(), output.span()).size();
    }
  }
  count(state, bytes);
}

template <class Bytes>
void compress(benchmark::State& state, int level, const Bytes& bytes_of) {
  ZSTD_CCtx* const compressor = ZSTD_createCCtx();
  std::vector<std::byte> output(ZSTD_compressBound(kChunkSlots * sizeof(recorder::Slot)));
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes = 0;
    for (const auto& chunk : records().chunks()) {
      const std::span<const std::byte> raw = bytes_of(chunk);
      bytes += ZSTD_compressCCtx(compressor, output.data(), output.size(), raw.data(), raw.size(),
                                 level);
    }
  }
  ZSTD_freeCCtx(compressor);
  count(state, bytes);
}

void zstd_of_records(benchmark::State& state) {
  compress(state, 1, [](const std::vector<recorder::Slot>& chunk) {
    return std::as_bytes(std::span(chunk));
  });
}

// A compact event header (5 bits of id, 27 bits of time), then the fields without padding. CTF's
// writers know no stack table, so the stack's number stands for what they could not store.
std::vector<std::byte> packed(const std::vector<recorder::Slot>& chunk) {
  std::vector<std::byte> bytes;
  const auto put = [&](const auto& field) {
    const auto field_bytes = std::as_bytes(std::span(&field, 1));
    bytes.insert(bytes.end(), field_bytes.begin(), field_bytes.end());
  };
  for (auto cursor = records().records_of(chunk); cursor.next();) {
    const recorder::Record& record = cursor.record();
    put(static_cast<std::uint32_t>(record.function << 27 | (record.time & 0x7ffffff)));
    put(record.thread);
    put(record.stack);
    put(record.irql);
    put(record.flags);
    for (const std::uint64_t value : cursor.values()) put(value);
  }
  return bytes;
}

void zstd_of_packed_fields(benchmark::State& state) {
  std::vector<std::byte> bytes;
  compress(state, 3, [&](const std::vector<recorder::Slot>& chunk) {
    bytes = packed(chunk);
    return std::span<const std::byte>(bytes);
  });
}

BENCHMARK(encode_chunks)->Unit(benchmark::kMillisecond);
BENCHMARK(zstd_of_records)->Unit(benchmark::kMillisecond);
BENCHMARK(zstd_of_packed_fields)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ddireplay::bench

BENCHMARK_MAIN();
