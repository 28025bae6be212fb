#include "recorder/core/writer.h"

#include <new>

#include "format/freestanding/carver.h"
#include "format/freestanding/container.h"

namespace ddireplay::recorder {

namespace {

using format::Carver;

// One ring may not keep the writer from the others.
constexpr int kMaxDrainsPerPump = 8;

constexpr std::size_t kMaxNotices = 16;

format::EncoderLimits limits_for(const RecorderConfig& recorder, const WriterConfig& config) {
  return {.slots = config.chunk_slots,
          .modules = recorder.modules,
          .functions = recorder.functions,
          .stacks = recorder.stacks,
          .frames = recorder.frames};
}

// The footer at its largest: every place of every table used.
std::size_t footer_limit(const RecorderConfig& recorder, const WriterConfig& config) {
  constexpr std::size_t kBytesPerModule = 512;
  constexpr std::size_t kBytesPerImport = 64;
  constexpr std::size_t kBytesPerNotice = 1024;
  return sizeof(format::ChunkHeader) + config.index_chunks * (sizeof(format::IndexEntry) + 8) +
         recorder.modules * kBytesPerModule + recorder.functions * kBytesPerImport +
         2 * std::size_t{recorder.text_bytes} + kMaxNotices * kBytesPerNotice;
}

template <class T>
std::span<T> take(Carver& carver, std::size_t count) {
  T* first = carver.take<T>(count);
  if (first == nullptr) return {};
  for (std::size_t i = 0; i < count; ++i) new (first + i) T;
  return {first, count};
}

std::size_t surveyed_words(const RecorderConfig& recorder) { return recorder.stacks / 64 + 1; }

}  // namespace

std::size_t Writer::bytes_needed(const RecorderConfig& recorder, const WriterConfig& config) {
  const format::EncoderLimits limits = limits_for(recorder, config);
  Carver carver(nullptr);
  carver.take<std::byte>(format::ChunkEncoder::scratch_bytes(limits));
  carver.take<Slot>(config.chunk_slots);
  carver.take<std::byte>(format::ChunkEncoder::chunk_bytes(limits));
  carver.take<std::byte>(footer_limit(recorder, config));
  carver.take<std::uint64_t>(recorder.processors);
  carver.take<std::uint64_t>(surveyed_words(recorder));
  carver.take<CallCount>(recorder.functions);
  carver.take<format::IndexEntry>(config.index_chunks);
  carver.take<format::ImportEntry>(recorder.functions);
  carver.take<Dropped>(recorder.processors);
  if (config.flight_bytes != 0) {
    carver.take<FlightStore::Place>(config.index_chunks);
    carver.take<std::byte>(config.flight_bytes);
  }
  return carver.bytes();
}

Writer::Writer(Recorder& recorder, const RecorderConfig& recorder_config,
               const WriterConfig& config, Output& output, std::span<std::byte> memory)
    : recorder_(recorder),
      output_(output),
      config_(config),
      limits_(limits_for(recorder_config, config)),
      encoder_(limits_, memory.first(format::ChunkEncoder::scratch_bytes(limits_))) {
  Carver carver(memory.data());
  carver.take<std::byte>(format::ChunkEncoder::scratch_bytes(limits_));
  staging_ = take<Slot>(carver, config.chunk_slots);
  const std::size_t chunk_bytes = format::ChunkEncoder::chunk_bytes(limits_);
  chunk_ = {carver.take<std::byte>(chunk_bytes), chunk_bytes};
  const std::size_t footer_bytes = footer_limit(recorder_config, config);
  footer_ = {carver.take<std::byte>(footer_bytes), footer_bytes};
  carried_loss_ = take<std::uint64_t>(carver, recorder_config.processors);
  surveyed_ = take<std::uint64_t>(carver, surveyed_words(recorder_config));
  calls_ = take<CallCount>(carver, recorder_config.functions);
  index_ = take<format::IndexEntry>(carver, config.index_chunks);
  imports_ = take<format::ImportEntry>(carver, recorder_config.functions);
  next_number_ = config.first_number;
  dropped_ = take<Dropped>(carver, recorder_config.processors);
  if (config.flight_bytes != 0) {
    const auto places = take<FlightStore::Place>(carver, config.index_chunks);
    flight_.attach({carver.take<std::byte>(config.flight_bytes), config.flight_bytes}, places);
  }
}

bool Writer::begin(format::FileHeader header) {
  trace_id_ = header.trace_id;
  format::seal_file_header(header);
  MemoryHead& memory = recorder_.memory();
  memory.writer = {};
  memory.image.staging = memory.table(staging_);
  memory.image.flight = flight_.is_used() ? 1 : 0;
  memory.publish(header);
  return append(std::as_bytes(std::span(&header, 1)));
}

bool Writer::pump(bool flush) {
  if (!drain_rings(flush)) return false;
  return !flush || write_mark();
}

bool Writer::drain_rings(bool flush) {
  behind_ = false;
  for (std::size_t stream = 0; stream < recorder_.rings().size(); ++stream) {
    if (!drain_ring(static_cast<std::uint16_t>(stream), flush)) return false;
  }
  return !failed_;
}

// One round takes no more than a share. Where nothing can be written, what is taken out is counted.
void Writer::drain_all() {
  const auto taken = [this] { return events() + unwritten_.load(std::memory_order_relaxed); };
  for (std::uint64_t before = ~taken(); before != taken();) {
    before = taken();
    for (std::size_t stream = 0; stream < recorder_.rings().size(); ++stream) {
      drain_ring(static_cast<std::uint16_t>(stream), true);
    }
  }
}

bool Writer::finish(format::EndReason reason, bool started_attached,
                    std::span<const std::string_view> notices) {
  drain_all();
  failed_ = false;
  for (std::size_t stream = 0; stream < recorder_.rings().size(); ++stream) {
    close_ring(static_cast<std::uint16_t>(stream));
  }
  failed_ = false;
  if (flight_.is_used()) {
    write_kept();
    failed_ = false;
  }
  format::FooterEntry footer;
  if (!index_full_) footer.chunks = index_.first(index_used_);
  footer.modules = recorder_.tables().modules();
  footer.events = flight_.is_used() ? kept_events_ : events();
  footer.lost = flight_.is_used() ? kept_lost_ : lost();
  footer.flight = begins_late_;
  footer.end_reason =
      has_failed_ && format::is_in_order(reason) ? format::EndReason::disk_full : reason;
  footer.imports = imports_.first(list_imports());
  footer.stacks_lost = recorder_.lost_stacks();
  footer.started_attached = started_attached;
  footer.notices = notices.first(notices.size() < kMaxNotices ? notices.size() : kMaxNotices);
  const bool is_closed = write_footer(footer);
  // What is left in memory is in the file.
  if (is_closed) recorder_.memory().withdraw();
  return is_closed;
}

std::uint64_t Writer::lost() const {
  std::uint64_t lost = unwritten_.load(std::memory_order_relaxed);
  for (const Ring& ring : recorder_.rings()) lost += ring.lost_total();
  return lost;
}

// A function is recorded at entry, at return, or both: the larger number is that of its calls.
std::uint64_t Writer::calls_of(std::uint16_t function) const {
  const std::uint64_t entries = calls_[function].entries.load(std::memory_order_relaxed);
  const std::uint64_t exits = calls_[function].exits.load(std::memory_order_relaxed);
  return entries > exits ? entries : exits;
}

bool Writer::drain_ring(std::uint16_t stream, bool flush) {
  Ring& ring = recorder_.rings()[stream];
  // The larger a chunk, the less it repeats; but there must be room for what comes meanwhile.
  const std::uint64_t enough =
      ring.capacity() / 2 < config_.chunk_slots ? ring.capacity() / 2 : config_.chunk_slots;
  for (int i = 0; i < kMaxDrainsPerPump; ++i) {
    const bool filling = ring.used() >= enough;
    if (!filling && !flush) return true;
    behind_ = behind_ || filling;
    const Drained drained = ring.drain(
        staging_, [this](const Record& record) { return value_count(record); },
        [&](const Drained& copied) { stage(stream, copied); });
    carried_loss_[stream] += drained.lost_before;
    if (drained.slots == 0) return true;
    if (!write_chunk(stream, staging_.first(drained.slots))) return false;
    if (drained.slots < enough && !drained.at_loss) return true;
  }
  return true;
}

// For a dump that is taken before these slots are in a chunk.
void Writer::stage(std::uint16_t stream, const Drained& drained) {
  format::MemoryWriter& memory = recorder_.memory().writer;
  memory.staged_stream = stream;
  memory.staged_lost = carried_loss_[stream] + drained.lost_before;
  std::atomic_ref(memory.staged_slots).store(drained.slots, std::memory_order_release);
}

// What can't be written is a loss: the next chunk of the stream that can be tells of it.
bool Writer::write_chunk(std::uint16_t stream, std::span<const Slot> slots) {
  const std::uint32_t events = survey(slots);
  if (!failed_ && append_chunk(encode(stream, slots))) {
    carried_loss_[stream] = 0;
    return true;
  }
  carried_loss_[stream] += events;
  unwritten_.fetch_add(events, std::memory_order_relaxed);
  return false;
}

std::span<const std::byte> Writer::encode(std::uint16_t stream, std::span<const Slot> slots) {
  const format::ChunkTables tables{recorder_.tables().modules(), recorder_.tables().functions(),
                                   recorder_.stacks().view()};
  const format::ChunkIdentity identity{.trace_id = trace_id_,
                                       .stream = stream,
                                       .number = next_number_,
                                       .lost_before = carried_loss_[stream],
                                       .time = platform::clock()};
  return encoder_.encode(identity, slots, tables, chunk_);
}

void Writer::fail() { failed_ = has_failed_ = true; }

bool Writer::append(std::span<const std::byte> bytes) {
  if (failed_) return false;
  if (bytes.empty() || !output_.append(bytes)) {
    // A piece of a chunk at the end would make a trace that was closed look damaged.
    output_.truncate(this->bytes());
    fail();
    return false;
  }
  bytes_.fetch_add(bytes.size(), std::memory_order_relaxed);
  return true;
}

bool Writer::append_chunk(std::span<const std::byte> chunk) {
  if (!(flight_.is_used() ? keep_chunk(chunk) : index_chunk(chunk))) return false;
  const auto& header = *reinterpret_cast<const format::ChunkHeader*>(chunk.data());
  events_.fetch_add(header.event_count, std::memory_order_relaxed);
  mark_is_due_ = mark_is_due_ || header.kind == format::ChunkKind::events;
  ++next_number_;
  recorder_.memory().writer.next_number = next_number_;
  recorder_.memory().writer.staged_slots = 0;
  return true;
}

bool Writer::keep_chunk(std::span<const std::byte> chunk) {
  if (failed_ || chunk.empty()) return false;
  const auto drop = [this](const format::ChunkHeader& header) {
    Dropped& dropped = dropped_[header.stream];
    dropped.any = true;
    dropped.last_time = header.last_time;
  };
  const auto place = flight_.add(chunk, drop);
  if (!place) {
    drop(*reinterpret_cast<const format::ChunkHeader*>(chunk.data()));
    return true;
  }
  // It is kept all the same, and may be written at the end.
  if (!output_.write_at(sizeof(format::FileHeader) + *place, chunk)) fail();
  return true;
}

// In place of the circle come its chunks in their order. Should this end half-way, what has been
// written is a trace of the oldest of them.
void Writer::write_kept() {
  output_.truncate(sizeof(format::FileHeader));
  bytes_.store(sizeof(format::FileHeader), std::memory_order_relaxed);
  for (std::size_t i = 0; i < flight_.size(); ++i) {
    const auto& header = *reinterpret_cast<const format::ChunkHeader*>(flight_.chunk(i).data());
    if (i == 0) begins_late_ = header.number != 0;
    kept_lost_ += header.lost_before;
    (index_chunk(flight_.chunk(i)) ? kept_events_ : kept_lost_) += header.event_count;
  }
  for (const std::uint64_t untold : carried_loss_) kept_lost_ += untold;
  tell_of_silent_streams();
}

// Of whose events all gave way: an empty chunk says until when there were some.
void Writer::tell_of_silent_streams() {
  for (std::size_t stream = 0; stream < dropped_.size(); ++stream) {
    bool is_silent = dropped_[stream].any;
    for (std::size_t i = 0; i < flight_.size() && is_silent; ++i) {
      is_silent =
          reinterpret_cast<const format::ChunkHeader*>(flight_.chunk(i).data())->stream != stream;
    }
    if (!is_silent) continue;
    const format::ChunkIdentity identity{.trace_id = trace_id_,
                                         .stream = static_cast<std::uint16_t>(stream),
                                         .number = next_number_,
                                         .time = dropped_[stream].last_time};
    if (!index_chunk(encoder_.encode(identity, {}, {}, chunk_))) return;
    ++next_number_;
  }
}

bool Writer::index_chunk(std::span<const std::byte> chunk) {
  const std::uint64_t offset = bytes();
  if (!append(chunk)) return false;
  const auto& header = *reinterpret_cast<const format::ChunkHeader*>(chunk.data());
  if (index_used_ == index_.size()) {
    index_full_ = true;
    return true;
  }
  index_[index_used_++] = format::index_entry(offset, header);
  return true;
}

// Losses that nothing came after stand in a chunk without events. A reservation that its owner
// never committed is a loss, too, and hides all that came after it.
bool Writer::close_ring(std::uint16_t stream) {
  Ring& ring = recorder_.rings()[stream];
  carried_loss_[stream] += ring.abandon();
  return carried_loss_[stream] == 0 || write_chunk(stream, {});
}

// Who reads the trace while it grows has to know that of the processors that have written nothing
// nothing will come that is as old as what the others have written.
bool Writer::write_mark() {
  if (!mark_is_due_ || flight_.is_used() || recorder_.rings().size() < 2) return true;
  const std::uint64_t now = platform::clock();
  std::uint64_t settled = now;
  // A loss that has been taken out and is in no chunk yet lies before an event that is in its ring.
  for (Ring& ring : recorder_.rings()) {
    const std::uint64_t time = ring.settle(now);
    settled = time < settled ? time : settled;
  }
  mark_is_due_ = settled != now;
  if (settled <= last_mark_) return true;
  last_mark_ = settled;
  const format::ChunkHeader mark = format::make_mark(trace_id_, next_number_, settled);
  return append_chunk(std::as_bytes(std::span(&mark, 1)));
}

// How many events these are, besides.
std::uint32_t Writer::survey(std::span<const Slot> slots) {
  std::uint32_t events = 0;
  for (std::size_t at = 0; at < slots.size(); ++events) {
    const Record& record = reinterpret_cast<const Record&>(slots[at]);
    at += format::slots_for(value_count(record));
    CallCount& count = calls_[record.function];
    const bool at_exit = (record.flags & format::event_flags::exit) != 0;
    (at_exit ? count.exits : count.entries).fetch_add(1, std::memory_order_relaxed);
    if (record.stack == format::kNoStack) continue;
    if (count.first_caller == 0) {
      count.first_caller = *recorder_.stacks().frames_of(record.stack);
    }
    std::uint64_t& word = surveyed_[record.stack / 64];
    const std::uint64_t bit = std::uint64_t{1} << record.stack % 64;
    if ((word & bit) != 0) continue;
    word |= bit;
    add_modules_of(record.stack);
  }
  return events;
}

void Writer::add_modules_of(std::uint32_t stack) {
  const std::uint64_t* frames = recorder_.stacks().frames_of(stack);
  for (std::uint32_t i = 0; i < recorder_.stacks().entry(stack).depth; ++i) {
    if (recorder_.tables().has_module_at(frames[i])) continue;
    if (platform::describe_module(frames[i], module_)) {
      recorder_.tables().add_module(module_.entry);
    }
  }
}

std::uint32_t Writer::value_count(const Record& record) const {
  const format::FunctionEntry& function = recorder_.tables().functions()[record.function];
  return (record.flags & format::event_flags::exit) != 0 ? function.exit_count
                                                         : function.entry_count;
}

std::size_t Writer::list_imports() {
  const std::span<const format::ModuleEntry> modules = recorder_.tables().modules();
  const std::span<const format::FunctionEntry> functions = recorder_.tables().functions();
  std::size_t count = 0;
  for (std::size_t i = 0; i < functions.size(); ++i) {
    if (!recorder_.tables().is_import(i)) continue;
    const format::FunctionEntry& function = functions[i];
    const platform::Provider provider = recorder_.tables().provider(i);
    const bool is_absent = provider == platform::Provider::absent;
    imports_[count++] = {.module = modules[function.module].name,
                         .name = function.name,
                         .calls = calls_of(static_cast<std::uint16_t>(i)),
                         .supplied = provider == platform::Provider::supplied,
                         .absent = is_absent,
                         .caller = is_absent ? calls_[i].first_caller : 0};
  }
  return count;
}

bool Writer::write_footer(const format::FooterEntry& footer) {
  const std::uint64_t offset = bytes();
  if (!append(format::encode_footer(trace_id_, next_number_, footer, footer_))) return false;
  const format::FileTrailer trailer = format::make_trailer(offset);
  return append(std::as_bytes(std::span(&trailer, 1)));
}

}  // namespace ddireplay::recorder
