// What the writer thread does: takes records out of the rings, makes chunks of them, appends these
// to the file.
//
// Runs at PASSIVE_LEVEL, in one thread; allocates nothing.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "format/freestanding/chunk_encoder.h"
#include "format/freestanding/footer_encoder.h"
#include "format/freestanding/layout.h"
#include "recorder/core/flight_store.h"
#include "recorder/core/recorder.h"
#include "recorder/core/text.h"

namespace ddireplay::recorder {

// Where a trace goes.
class Output {
 public:
  // False: nothing more can be written, the disk is full, say. There may be less in the file than
  // was given.
  virtual bool append(std::span<const std::byte> bytes) = 0;
  // The same at some other place than the end, which it may move.
  virtual bool write_at(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  // Cuts off what stands behind `bytes`.
  virtual void truncate(std::uint64_t bytes) = 0;

 protected:
  ~Output() = default;
};

struct WriterConfig {
  std::uint32_t chunk_slots = 1u << 16;   // records of one chunk
  std::uint32_t index_chunks = 1u << 16;  // chunks that the footer can list
  std::uint32_t first_number = 0;         // of the first chunk; tests begin near the last
  // 0: all chunks go to the file as they come. Else a flight recording: the newest chunks are kept
  // in so much memory, and written when the recording ends. Until then they stand in the file as in
  // that memory, one after the other in a circle, for the case that it ends with a crash.
  std::size_t flight_bytes = 0;
};

class Writer {
 public:
  static std::size_t bytes_needed(const RecorderConfig& recorder, const WriterConfig& config);

  // `memory` is zeroed, aligned to 64 bytes, at least bytes_needed(). All must outlive the writer.
  Writer(Recorder& recorder, const RecorderConfig& recorder_config, const WriterConfig& config,
         Output& output, std::span<std::byte> memory);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Seals and writes the file's header. This and the functions below: false when the output failed;
  // nothing is written from then on.
  bool begin(format::FileHeader header);

  // Takes out what has gathered: of each ring that is filling up, or with `flush` of all; a mark
  // then tells a reader up to when that is all there will be.
  bool pump(bool flush);

  // Takes out the rest, and closes the file. Nobody may be storing any more. After a failure it
  // tries once more: what tells of losses, and a footer, are small, and may find room where a chunk
  // didn't. The trace then ends by a full disk, if it would have ended in order.
  bool finish(format::EndReason reason, bool started_attached,
              std::span<const std::string_view> notices);

  // Something could not be written, whenever that was.
  bool has_failed() const { return has_failed_; }
  // Some ring fills faster than it is emptied: don't wait before the next pump().
  bool is_behind() const { return behind_; }

  // May be asked from any thread.
  std::uint64_t events() const { return events_.load(std::memory_order_relaxed); }
  std::uint64_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  std::uint64_t lost() const;
  std::uint64_t calls_of(std::uint16_t function) const;

 private:
  struct CallCount {
    std::atomic<std::uint64_t> entries{0};
    std::atomic<std::uint64_t> exits{0};
    std::uint64_t first_caller = 0;  // the writer's own
  };

  bool drain_rings(bool flush);
  void drain_all();
  bool drain_ring(std::uint16_t stream, bool flush);
  void stage(std::uint16_t stream, const Drained& drained);
  bool write_chunk(std::uint16_t stream, std::span<const Slot> slots);
  std::span<const std::byte> encode(std::uint16_t stream, std::span<const Slot> slots);
  void fail();
  bool append(std::span<const std::byte> bytes);
  bool append_chunk(std::span<const std::byte> chunk);
  bool index_chunk(std::span<const std::byte> chunk);
  bool keep_chunk(std::span<const std::byte> chunk);
  void write_kept();
  void tell_of_silent_streams();
  bool close_ring(std::uint16_t stream);
  bool write_mark();
  std::uint32_t survey(std::span<const Slot> slots);
  void add_modules_of(std::uint32_t stack);
  std::uint32_t value_count(const Record& record) const;
  std::size_t list_imports();
  bool write_footer(const format::FooterEntry& footer);

  Recorder& recorder_;
  Output& output_;
  WriterConfig config_;
  format::EncoderLimits limits_;
  format::ChunkEncoder encoder_;
  std::uint64_t trace_id_ = 0;
  std::uint32_t next_number_ = 0;
  bool failed_ = false;      // nothing is written for now
  bool has_failed_ = false;  // at any time
  // Events that were taken out of the rings, and for which there was no room in the file.
  std::atomic<std::uint64_t> unwritten_{0};
  bool behind_ = false;
  bool index_full_ = false;
  bool mark_is_due_ = false;  // there are events that no mark lies behind
  std::uint64_t last_mark_ = 0;
  std::span<Slot> staging_;
  std::span<std::byte> chunk_;
  std::span<std::byte> footer_;
  std::span<std::uint64_t> carried_loss_;  // per stream: losses that no chunk has told yet
  std::span<std::uint64_t> surveyed_;      // a bit per stack: its modules are known
  std::span<CallCount> calls_;             // per function
  std::span<format::IndexEntry> index_;
  std::size_t index_used_ = 0;
  FlightStore flight_;
  struct Dropped {
    bool any = false;  // chunks
    std::uint64_t last_time = 0;
  };
  std::span<Dropped> dropped_;  // per stream, of a flight recording
  bool begins_late_ = false;    // the oldest chunks have given way
  std::uint64_t kept_events_ = 0;
  std::uint64_t kept_lost_ = 0;
  std::span<format::ImportEntry> imports_;
  platform::ModuleDescription module_;
  std::atomic<std::uint64_t> events_{0};
  std::atomic<std::uint64_t> bytes_{0};
};

}  // namespace ddireplay::recorder
