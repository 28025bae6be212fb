#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "format/chunk_pipeline.h"
#include "format/cursor_tree.h"
#include "format/merge_plan.h"
#include "format/trace_reader.h"
#include "format/trace_reader_state.h"

namespace ddireplay::format {

namespace {

// A batch should still be in the processor's nearest cache when it is looked at.
constexpr std::size_t kBatchEvents = 512;
constexpr std::size_t kBatchGaps = 64;

// So many events of one processor in a row let expect many more.
constexpr std::size_t kRowBegins = 8;

// Chunks overlap in time, one for each processor; together they may unfold into this much, and
// beyond that into so many times the size of the file.
constexpr std::uint64_t kLiveBytesAlways = 256 << 20;
constexpr std::uint64_t kLiveBytesPerFileByte = 64;

// Behind all events.
constexpr MergeKey kEnd = {std::numeric_limits<std::uint64_t>::max(),
                           std::numeric_limits<std::uint16_t>::max()};

// What the events of one site of a chunk look like, with the trace's ids.
struct EventShape {
  FunctionId function;
  StackId stack;
  std::uint8_t irql;
  std::uint8_t flags;
  std::uint8_t value_count;
  bool is_wanted;  // by the filter
};

// One chunk in play: how far its events have been taken.
struct Cursor {
  std::unique_ptr<DecodedChunk> chunk;
  std::size_t next_event = 0;
  std::size_t event_count = 0;
  // Its columns.
  const std::uint64_t* times = nullptr;
  const std::uint64_t* threads = nullptr;
  const std::uint32_t* sites = nullptr;
  const std::uint64_t* next_value = nullptr;
  std::uint16_t processor = 0;
  Buffer<EventShape> shapes;       // by site of the chunk
  Buffer<std::uint32_t> left_out;  // events, by site of the chunk
  std::size_t number = 0;          // of the chunk, in the reader's list
  std::uint64_t begin = 0;         // what its stream had come to before the chunk

  bool done() const { return next_event == event_count; }
  std::uint64_t time() const { return times[next_event]; }
  MergeKey key() const { return {time(), processor}; }

  void begin_columns() {
    const EventColumns& columns = chunk->columns;
    next_event = 0;
    event_count = columns.times.size();
    times = columns.times.data();
    threads = columns.threads.data();
    sites = columns.sites.data();
    next_value = columns.values.data();
  }

  // No event of it is earlier than what its stream has already come to.
  void keep_order() {
    for (std::uint64_t& time : chunk->columns.times.span()) {
      if (time >= begin) break;
      time = begin;
    }
  }
};

std::vector<const ChunkInfo*> chunks_of(const std::vector<MergeStep>& steps,
                                        std::span<const ChunkInfo> chunks) {
  std::vector<const ChunkInfo*> result;
  for (const MergeStep& step : steps) {
    if (!step.is_gap && !chunks[step.chunk].damaged) result.push_back(&chunks[step.chunk]);
  }
  return result;
}

// The last key before `time`.
MergeKey key_before(std::uint64_t time) {
  if (time == 0) return {};
  return {time - 1, std::numeric_limits<std::uint16_t>::max()};
}

}  // namespace

struct EventSource::State {
  // Where the next event is put, and its position.
  struct BatchEnd {
    Event* event;
    std::uint64_t position;
  };

  State(TraceReader::State& opened, const EventSourceOptions& options)
      : reader(opened),
        workers(std::max(options.threads, 1u) - 1),
        filter(options.filter),
        planner(opened.container.header.start_clock) {
    take_growth();
    batch.resize(kBatchEvents);
    gaps.reserve(kBatchGaps);
  }

  template <bool kOnlyWanted>
  std::span<const Event> next();
  void take_growth();
  void rest();
  void wake();
  void recycle_finished();
  // Behind it no event may be taken now.
  MergeKey next_step_key() const {
    return next_step < steps.size() ? std::min(steps[next_step].key, horizon) : horizon;
  }
  bool batch_has_room() const { return filled < kBatchEvents && gaps.size() < kBatchGaps; }
  bool step_is_due() const;
  void count_left_out(const Cursor& cursor);
  void take_step();
  void take_chunk(const MergeStep& step);
  void activate(std::unique_ptr<DecodedChunk> chunk, const MergeStep& step);
  void add_gap(MergeKey key, std::uint64_t lost, std::uint64_t until);
  Cursor* spare_cursor();
  void intern(Cursor& cursor);
  // Their ids in the trace; they live until the next call.
  const std::vector<FunctionId>& functions_of(const std::shared_ptr<const DecodedTables>& tables);
  template <bool kOnlyWanted>
  void put(Cursor& cursor, BatchEnd& to);
  template <bool kOnlyWanted>
  void take_events();
  template <bool kOnlyWanted>
  Cursor* take_events(BatchEnd& to);

  // Tables of chunks that were interned last.
  struct Interned {
    std::shared_ptr<const DecodedTables> tables;
    std::vector<FunctionId> functions;
  };
  std::array<Interned, kRecentTables> interned;
  std::size_t oldest_interned = 0;
  Interned last_large;  // of those that nobody remembers

  TraceReader::State& reader;
  const unsigned workers;
  EventFilter* const filter;
  MergePlanner planner;
  std::vector<MergeStep> steps;
  std::size_t next_step = 0;
  MergeKey horizon;               // nothing behind it may be taken: earlier events may come
  std::uint64_t edition = 0;      // of the reader, whose chunks are in the plan
  std::vector<bool> was_damaged;  // by chunk: refused before this source knew it
  std::optional<ChunkPipeline> pipeline;

  std::vector<std::unique_ptr<Cursor>> cursors;  // all of them
  CursorTree<Cursor> active;
  std::vector<Cursor*> finished;  // the batch still points into their chunks
  std::vector<Cursor*> spare;
  std::uint64_t live_bytes = 0;
  bool is_resting = false;

  Buffer<Event> batch;
  std::size_t filled = 0;
  std::vector<std::array<std::uint64_t, 2>> gaps;  // values of the batch's gaps
  std::uint64_t next_position = 1;
  std::uint64_t last_time = 0;
  std::vector<CallCount> left_out;  // by function
};

template <bool kOnlyWanted>
std::span<const Event> EventSource::State::next() {
  if (edition != reader.edition) take_growth();
  recycle_finished();
  filled = 0;
  gaps.clear();
  while (batch_has_room()) {
    if (kOnlyWanted && !gaps.empty()) break;
    // Of a chunk that has come to its end a batch may have nothing: many may do so.
    if (kOnlyWanted && filled == 0) recycle_finished();
    if (step_is_due()) {
      take_step();
    } else if (!active.empty() && !(horizon < active.first_key())) {
      take_events<kOnlyWanted>();
    } else {
      break;
    }
  }
  return batch.span().first(filled);
}

// The plan is the one that would have been made had all chunks been there from the beginning: what
// has been taken of it lies before all that is added.
void EventSource::State::take_growth() {
  std::vector<ChunkInfo>& chunks = reader.container.chunks;
  pipeline.reset();
  steps.erase(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(next_step));
  next_step = 0;
  const std::size_t old_steps = steps.size();
  planner.add(chunks, steps);
  if (!reader.is_growing() && reader.container.condition.recovered) {
    planner.add_open_ends(reader.container.header.processor_count, steps);
  } else {
    planner.add_open_ends(reader.container.open_streams, steps);
  }
  for (std::size_t i = old_steps; i < steps.size() && edition != 0; ++i) {
    if (horizon < steps[i].key) continue;
    throw Error(reader.name + ": events came later than its processors allow; replay it anew");
  }
  sort_steps(steps);
  for (std::size_t i = was_damaged.size(); i < chunks.size(); ++i) {
    was_damaged.push_back(chunks[i].damaged);
  }
  horizon = reader.is_growing()
                ? key_before(planner.settled_until(reader.container.header.processor_count))
                : kEnd;
  edition = reader.edition;
  // Those that decode ahead would still be at it when the file is mapped anew.
  pipeline.emplace(reader.bytes, chunks_of(steps, chunks), reader.is_growing() ? 0 : workers);
}

void EventSource::State::rest() {
  pipeline->drop_spare();
  for (const auto& cursor : cursors) {
    if (cursor->chunk) cursor->chunk->columns.discard();
  }
  is_resting = true;
}

// Events of the batch point into the chunks: these come to lie where they were.
void EventSource::State::wake() {
  if (!std::exchange(is_resting, false)) return;
  for (const auto& cursor : cursors) {
    if (!cursor->chunk) continue;
    pipeline->decode_again(reader.container.chunks[cursor->number], *cursor->chunk);
    if (!cursor->chunk->problem.empty()) {
      throw Error(reader.name + ": it was changed while it was being read");
    }
    cursor->keep_order();
  }
}

void EventSource::State::recycle_finished() {
  for (Cursor* cursor : finished) {
    if (cursor->event_count != 0) {
      last_time = std::max(last_time, cursor->times[cursor->event_count - 1]);
    }
    if (filter != nullptr) count_left_out(*cursor);
    live_bytes -= cursor->chunk->bytes();
    pipeline->give_back(std::move(cursor->chunk));
    spare.push_back(cursor);
  }
  finished.clear();
}

void EventSource::State::count_left_out(const Cursor& cursor) {
  left_out.resize(reader.tables.function_count());
  for (std::size_t i = 0; i < cursor.shapes.size(); ++i) {
    const EventShape& shape = cursor.shapes[i];
    left_out[shape.function].add((shape.flags & event_flags::exit) != 0, cursor.left_out[i]);
  }
}

// A chunk waits for its predecessor in the stream, even where one ends when the other begins.
bool EventSource::State::step_is_due() const {
  if (next_step == steps.size() || horizon < steps[next_step].key) return false;
  return active.empty() || steps[next_step].key < active.first_key();
}

void EventSource::State::take_step() {
  const MergeStep& step = steps[next_step++];
  if (step.is_gap) {
    add_gap(step.key, step.lost, step.until);
  } else {
    take_chunk(step);
  }
}

void EventSource::State::take_chunk(const MergeStep& step) {
  ChunkInfo& info = reader.container.chunks[step.chunk];
  std::unique_ptr<DecodedChunk> chunk;
  if (!was_damaged[step.chunk]) {
    chunk = pipeline->take();
    const std::uint64_t live_max =
        kLiveBytesAlways + kLiveBytesPerFileByte * reader.bytes.bytes().size();
    if (chunk->problem.empty() && live_bytes + chunk->bytes() > live_max) {
      chunk->problem = "too much memory would be needed at this place";
    }
    if (chunk->problem.empty()) return activate(std::move(chunk), step);
    reader.refuse(info, chunk->problem);
    pipeline->give_back(std::move(chunk));
  }
  add_gap(step.key, info.header.event_count, std::max(step.key.time, info.header.last_time));
}

void EventSource::State::activate(std::unique_ptr<DecodedChunk> chunk, const MergeStep& step) {
  Cursor* cursor = spare_cursor();
  cursor->chunk = std::move(chunk);
  cursor->begin_columns();
  cursor->processor = step.key.processor;
  cursor->number = step.chunk;
  cursor->begin = step.key.time;
  cursor->keep_order();
  live_bytes += cursor->chunk->bytes();
  intern(*cursor);
  if (cursor->done()) {
    finished.push_back(cursor);
  } else {
    active.add(cursor);
  }
}

Cursor* EventSource::State::spare_cursor() {
  if (spare.empty()) return cursors.emplace_back(std::make_unique<Cursor>()).get();
  Cursor* const cursor = spare.back();
  spare.pop_back();
  return cursor;
}

const std::vector<FunctionId>& EventSource::State::functions_of(
    const std::shared_ptr<const DecodedTables>& tables) {
  for (const Interned& known : interned) {
    if (known.tables == tables) return known.functions;
  }
  std::vector<ModuleId> modules;
  for (const Module& module : tables->modules) {
    modules.push_back(reader.tables.intern_module(module));
  }
  Interned& added = tables->is_kept ? interned[oldest_interned++ % interned.size()] : last_large;
  added = {.tables = tables, .functions = {}};
  for (const ChunkFunction& function : tables->functions) {
    added.functions.push_back(reader.tables.intern_function(
        {.name = function.name,
         .prototype = function.prototype,
         .derived = function.derived,
         .original = function.original,
         .module = function.module == kNoModuleId ? kNoModuleId : modules[function.module]}));
  }
  return added.functions;
}

// Only here do ids of the trace come into being: in the order of the merge, which no number of
// threads changes.
void EventSource::State::intern(Cursor& cursor) {
  const DecodedChunk& chunk = *cursor.chunk;
  const std::vector<FunctionId>& functions = functions_of(chunk.tables);
  std::vector<StackId> stacks;
  std::span<const std::uint64_t> frames = chunk.columns.stack_frames.span();
  for (const std::uint8_t depth : chunk.columns.stack_depths.span()) {
    stacks.push_back(reader.tables.intern_stack(frames.first(depth)));
    frames = frames.subspan(depth);
  }
  const std::span<const EventSite> sites = chunk.columns.site_table.span();
  cursor.shapes.resize(sites.size());
  cursor.left_out.resize(sites.size());
  std::ranges::fill(cursor.left_out.span(), 0);
  for (std::size_t i = 0; i < sites.size(); ++i) {
    const EventSite& site = sites[i];
    const bool at_exit = (site.flags & event_flags::exit) != 0;
    cursor.shapes[i] = {
        .function = functions[site.function],
        .stack = site.stack == kNoStack ? kNoStack : stacks[site.stack],
        .irql = site.irql,
        .flags = site.flags,
        .value_count = site.value_count,
        .is_wanted = filter == nullptr || filter->wants(functions[site.function], at_exit)};
  }
}

void EventSource::State::add_gap(MergeKey key, std::uint64_t lost, std::uint64_t until) {
  // Never reallocates: next() keeps the batch from growing beyond what is reserved.
  const auto& values = gaps.emplace_back(std::array{lost, until});
  batch[filled++] = {.position = next_position,
                     .time = key.time,
                     .thread = 0,
                     .values = values.data(),
                     .function = kGap,
                     .stack = kNoStack,
                     .processor = key.processor,
                     .irql = kIrqlUnknown,
                     .flags = 0,
                     .value_count = static_cast<std::uint8_t>(values.size())};
}

template <bool kOnlyWanted>
inline void EventSource::State::put(Cursor& cursor, BatchEnd& to) {
  const std::size_t at = cursor.next_event++;
  const std::uint32_t site = cursor.sites[at];
  const EventShape& shape = cursor.shapes[site];
  *to.event = {.position = to.position++,
               .time = cursor.times[at],
               .thread = cursor.threads[at],
               .values = cursor.next_value,
               .function = shape.function,
               .stack = shape.stack,
               .processor = cursor.processor,
               .irql = shape.irql,
               .flags = shape.flags,
               .value_count = shape.value_count};
  cursor.next_value += shape.value_count;
  // Whether the next event will be wanted can't be guessed: it is counted, or overwritten.
  to.event += kOnlyWanted ? shape.is_wanted : 1;
  if (kOnlyWanted) cursor.left_out[site] += shape.is_wanted ? 0 : 1;
}

template <bool kOnlyWanted>
void EventSource::State::take_events() {
  BatchEnd to = {batch.data() + filled, next_position};
  Cursor* const done = take_events<kOnlyWanted>(to);
  filled = static_cast<std::size_t>(to.event - batch.data());
  next_position = to.position;
  if (done == nullptr) return;
  finished.push_back(done);
  active.drop_first();
}

// The earliest event comes, and those that follow it before anything else is due. Gives the chunk
// that has come to its end.
template <bool kOnlyWanted>
Cursor* EventSource::State::take_events(BatchEnd& to) {
  const Event* const full = batch.data() + kBatchEvents;
  const std::uint64_t end = next_step_key().time;
  std::uint32_t place = active.first_place();
  std::size_t in_row = 0;
  do {
    Cursor& cursor = active.at(place);
    put<kOnlyWanted>(cursor, to);
    // One processor may be the only busy one for long.
    if (in_row == kRowBegins) {
      const std::uint64_t limit = std::min(end, active.time_of_second(place));
      while (to.event != full && !cursor.done() && cursor.time() < limit)
        put<kOnlyWanted>(cursor, to);
      in_row = 0;
    }
    if (cursor.done()) return &cursor;
    const std::uint32_t next = active.first_moved(place, cursor.time());
    // Without a branch: it could not be guessed.
    in_row = (in_row + 1) & -std::size_t{next == place};
    place = next;
  } while (to.event != full && active.time_at(place) < end);
  return nullptr;
}

EventSource::EventSource(TraceReader& reader, const EventSourceOptions& options)
    : state_(std::make_unique<State>(*reader.state_, options)) {}
EventSource::~EventSource() = default;

std::span<const Event> EventSource::next() { return state_->next<false>(); }
std::span<const Event> EventSource::next_wanted() { return state_->next<true>(); }
std::uint64_t EventSource::last_position() const { return state_->next_position - 1; }
std::uint64_t EventSource::last_time() const { return state_->last_time; }
CallCount EventSource::left_out(FunctionId function) const {
  const auto& counts = state_->left_out;
  return function < counts.size() ? counts[function] : CallCount{};
}
void EventSource::rest() { state_->rest(); }
void EventSource::wake() { state_->wake(); }

}  // namespace ddireplay::format
