#include "format/memory_carver.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "format/column_decoder.h"
#include "format/error.h"
#include "format/freestanding/chunk_encoder.h"
#include "format/freestanding/container.h"
#include "format/freestanding/memory_image.h"
#include "format/freestanding/record.h"
#include "format/trace_writer.h"

namespace ddireplay::format {
namespace {

constexpr std::size_t kEventsPerChunk = 32 * 1024;

// A table of the dump, whole within it.
template <class T>
class Table {
 public:
  Table() = default;
  Table(Bytes dump, std::uint64_t image_offset, const MemoryTable& table) {
    const std::uint64_t at = image_offset + table.distance;
    is_there_ = at <= dump.size() && table.count <= (dump.size() - at) / sizeof(T);
    if (is_there_) bytes_ = dump.subspan(at, table.count * sizeof(T));
  }

  bool is_there() const { return is_there_; }
  std::size_t size() const { return bytes_.size() / sizeof(T); }
  T operator[](std::size_t place) const { return load<T>(bytes_, place * sizeof(T)); }
  Bytes bytes() const { return bytes_; }

 private:
  Bytes bytes_;
  bool is_there_ = false;
};

struct RingCounters {
  std::uint64_t head = 0;
  std::uint64_t tail = 0;
  std::uint64_t lost = 0;
  std::uint64_t told = 0;  // of these
};

class MemoryCarver {
 public:
  MemoryCarver(Bytes dump, std::uint64_t offset, const MemoryImage& image)
      : image_(image),
        slots_(dump, offset, image.slots),
        staging_(dump, offset, image.staging),
        stacks_(dump, offset, image.stacks),
        frames_(dump, offset, image.frames),
        functions_(dump, offset, image.functions),
        modules_(dump, offset, image.modules),
        text_(dump, offset, image.text),
        writer_state_(dump, offset, image.writer),
        rings_(ring_bytes(dump, offset, image)) {}

  bool is_readable() const {
    return slots_.is_there() && staging_.is_there() && stacks_.is_there() && frames_.is_there() &&
           functions_.is_there() && modules_.is_there() && text_.is_there() &&
           writer_state_.size() == 1 && !rings_.empty() && slots_per_ring() != 0 &&
           (slots_per_ring() & (slots_per_ring() - 1)) == 0 &&
           image_.rings.count <= kMaxProcessors && functions_.size() <= kMaxFunctions &&
           modules_.size() < kNoModule;
  }

  std::vector<std::byte> carve() {
    TraceWriter writer(image_.file_header, {.events_per_chunk = kMaxEventsPerChunk});
    writer_ = &writer;
    add_tables();
    const MemoryWriter state = writer_state_[0];
    next_number_ = static_cast<std::uint32_t>(state.next_number);
    add_staged(state);
    for (std::size_t i = 0; i < image_.rings.count; ++i) add_ring(static_cast<std::uint16_t>(i));
    writer.finish({});
    std::vector<std::byte> trace = writer.take_bytes();
    // Its footer would say that this is all there is.
    trace.resize(load<FileTrailer>(trace, trace.size() - sizeof(FileTrailer)).footer_offset);
    return trace;
  }

 private:
  static Bytes ring_bytes(Bytes dump, std::uint64_t offset, const MemoryImage& image) {
    const std::uint64_t at = offset + image.rings.distance;
    const std::uint64_t last =
        std::max({image.ring_head, image.ring_tail, image.ring_lost, image.ring_told});
    if (image.ring_bytes == 0 || last + 8 > image.ring_bytes || at > dump.size() ||
        image.rings.count > (dump.size() - at) / image.ring_bytes) {
      return {};
    }
    return dump.subspan(at, image.rings.count * image.ring_bytes);
  }

  std::size_t slots_per_ring() const {
    return image_.rings.count == 0 ? 0 : slots_.size() / image_.rings.count;
  }

  RingCounters counters(std::size_t ring) const {
    const std::uint64_t at = ring * image_.ring_bytes;
    return {load<std::uint64_t>(rings_, at + image_.ring_head),
            load<std::uint64_t>(rings_, at + image_.ring_tail),
            load<std::uint64_t>(rings_, at + image_.ring_lost),
            load<std::uint64_t>(rings_, at + image_.ring_told)};
  }

  std::string_view text(const MemoryText& place) const {
    const Bytes all = text_.bytes();
    if (place.begin > all.size() || place.length > all.size() - place.begin) return {};
    return {reinterpret_cast<const char*>(all.data()) + place.begin, place.length};
  }

  void add_tables() {
    for (std::size_t i = 0; i < modules_.size(); ++i) {
      const MemoryModule from = modules_[i];
      ModuleId id = kNoModuleId;
      if (from.is_set != 0) {
        Module module{.name = std::string(text(from.name)), .base = from.base, .size = from.size};
        module.time_date_stamp = from.time_date_stamp;
        module.checksum = from.checksum;
        module.pdb_name = text(from.pdb_name);
        std::ranges::copy(from.pdb_guid, module.pdb_guid.begin());
        module.pdb_age = from.pdb_age;
        module.is_target = from.is_target != 0;
        id = writer_->add_module(module);
      }
      module_ids_.push_back(id);
    }
    for (std::size_t i = 0; i < functions_.size(); ++i) add_function(functions_[i]);
  }

  static const DdiRow* row_of(const MemoryFunction& function) {
    const DdiTable table = ddi_table();
    if (function.row < table.count) return &table.rows[function.row];
    if (function.row == table.count) return &unknown_ddi();
    return function.row == table.count + 1 ? &absent_ddi() : nullptr;
  }

  void add_function(const MemoryFunction& from) {
    Known& known = known_.emplace_back();
    const DdiRow* row = row_of(from);
    if (from.is_set == 0 || row == nullptr) return;
    const Layout layout = row->layout();
    known.values = {layout.entry_count, layout.field_count};
    known.is_set = true;
    const std::string_view name = from.name.length != 0 ? text(from.name) : row->name;
    if (name.empty()) return;
    const ModuleId module =
        from.module < module_ids_.size() ? module_ids_[from.module] : kNoModuleId;
    known.id = writer_->add_function(name, row->prototype, row->derived, module, from.original);
    known.is_usable = true;
  }

  // What the writer thread had taken out of a ring and not written yet. Where it had not freed the
  // slots, they are in the ring as well.
  void add_staged(const MemoryWriter& state) {
    if (state.staged_slots == 0 || state.staged_slots > staging_.size() ||
        state.staged_stream >= image_.rings.count) {
      return;
    }
    const auto stream = static_cast<std::uint16_t>(state.staged_stream);
    const std::uint64_t tail = counters(stream).tail;
    const Slot oldest = slots_[stream * slots_per_ring() + (tail & (slots_per_ring() - 1))];
    const Slot first = staging_[0];
    if (oldest.words[0] != 0 &&
        std::memcmp(&oldest.words[1], &first.words[1], 7 * sizeof(std::uint64_t)) == 0) {
      told_early_.at(stream) = state.staged_lost;
      return;
    }
    if (state.staged_lost != 0) writer_->gap(stream, state.staged_lost);
    std::uint64_t at = 0;
    const auto slot = [&](std::uint64_t place) { return staging_[place]; };
    while (at < state.staged_slots && add_record(stream, at, state.staged_slots, slot)) {
    }
    end_chunk(stream);
  }

  void add_ring(std::uint16_t stream) {
    const RingCounters ring = counters(stream);
    if (ring.head - ring.tail > slots_per_ring()) return;
    const std::size_t base = stream * slots_per_ring();
    const auto slot = [&](std::uint64_t place) {
      return slots_[base + (place & (slots_per_ring() - 1))];
    };
    std::uint64_t at = ring.tail;
    std::uint64_t told = ring.told - told_early_.at(stream);
    std::size_t in_chunk = 0;
    while (at != ring.head) {
      const Slot first = slot(at);
      if (first.words[0] == 0) break;
      Record record;
      std::memcpy(&record, &first, sizeof(record));
      if (record.function == kLossMark) {
        ++at;
        // Not more than is told already: somebody else has marked the same losses.
        const std::uint64_t untold = record.values[0] - told;
        if (untold == 0 || untold > ring.lost - told) continue;
        told += untold;
        if (in_chunk != 0) end_chunk(stream);
        in_chunk = 0;
        writer_->gap(stream, untold);
        continue;
      }
      if (!add_record(stream, at, ring.head, slot)) break;
      if (++in_chunk % kEventsPerChunk == 0) end_chunk(stream);
    }
    // What a thread was just storing hides the length of its record, and so what came after it.
    const std::uint64_t hidden = ring.head - at + (ring.lost - told);
    if (in_chunk % kEventsPerChunk != 0) end_chunk(stream);
    if (hidden == 0) return;
    writer_->gap(stream, hidden);
    end_chunk(stream);
  }

  // Moves `at` behind the record; false: nobody knows where it ends.
  template <class SlotAt>
  bool add_record(std::uint16_t stream, std::uint64_t& at, std::uint64_t end, const SlotAt& slot) {
    const Slot first = slot(at);
    Record record;
    std::memcpy(&record, &first, sizeof(record));
    if (record.function >= known_.size()) return false;
    const Known& known = known_[record.function];
    if (!known.is_set) return false;
    const unsigned count = known.values.count(record.flags);
    const unsigned slots = slots_for(count);
    if (slots > end - at) return false;
    values_.assign(std::begin(record.values), std::end(record.values));
    for (unsigned i = 1; i < slots; ++i) {
      const Slot further = slot(at + i);
      values_.insert(values_.end(), std::begin(further.words), std::end(further.words));
    }
    values_.resize(count);
    at += slots;
    if (known.is_usable) append(stream, record, known.id);
    return true;
  }

  void append(std::uint16_t stream, const Record& record, FunctionId function) {
    std::uint64_t& newest = newest_.at(stream);
    newest = std::max(newest, record.time);
    writer_->append({.time = newest,
                     .thread = record.thread,
                     .values = values_,
                     .function = function,
                     .stack = stack(record.stack),
                     .processor = stream,
                     .irql = record.irql,
                     .flags = record.flags});
  }

  StackId stack(std::uint32_t id) {
    if (id >= stacks_.size()) return kNoStack;
    const StackEntry entry = stacks_[id];
    if (entry.depth == 0 || entry.depth > kMaxStackFrames || entry.first_frame > frames_.size() ||
        entry.depth > frames_.size() - entry.first_frame) {
      return kNoStack;
    }
    std::vector<std::uint64_t> frames;
    for (std::uint32_t i = 0; i < entry.depth; ++i)
      frames.push_back(frames_[entry.first_frame + i]);
    return writer_->add_stack(frames);
  }

  void end_chunk(std::uint16_t stream) {
    writer_->end_chunk(stream, next_number_++, newest_.at(stream));
  }

  struct Known {
    FunctionValues values;
    FunctionId id = 0;
    bool is_set = false;     // so the length of its records is known
    bool is_usable = false;  // they can be read
  };

  const MemoryImage image_;
  Table<Slot> slots_;
  Table<Slot> staging_;
  Table<StackEntry> stacks_;
  Table<std::uint64_t> frames_;
  Table<MemoryFunction> functions_;
  Table<MemoryModule> modules_;
  Table<char> text_;
  Table<MemoryWriter> writer_state_;
  Bytes rings_;
  TraceWriter* writer_ = nullptr;
  std::uint32_t next_number_ = 0;
  std::vector<ModuleId> module_ids_;
  std::vector<Known> known_;
  std::vector<std::uint64_t> values_;
  std::vector<std::uint64_t> newest_ = std::vector<std::uint64_t>(kMaxProcessors);
  // Of the losses that the writer thread knows of, those whose marks are still in the ring.
  std::vector<std::uint64_t> told_early_ = std::vector<std::uint64_t>(kMaxProcessors);
};

}  // namespace

std::optional<MemoryTail> carve_memory(Bytes dump, const FoundChunk& found) {
  if (!found.usable() || found.header.kind != ChunkKind::memory ||
      found.header.payload_bytes != sizeof(MemoryImage)) {
    return std::nullopt;
  }
  const auto image = load<MemoryImage>(dump, found.offset + sizeof(ChunkHeader));
  const auto file_header = file_header_at_start(std::as_bytes(std::span(&image.file_header, 1)));
  if (image.version != kMemoryImageVersion || image.ddi_table_id != ddi_table_id() ||
      !file_header || file_header->trace_id != found.header.trace_id) {
    return std::nullopt;
  }
  MemoryCarver carver(dump, found.offset, image);
  if (!carver.is_readable()) return std::nullopt;
  try {
    return MemoryTail{carver.carve(), image.flight != 0};
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace ddireplay::format
