#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "format/chunk_pipeline.h"
#include "format/merge_plan.h"
#include "format/trace_reader.h"
#include "format/trace_reader_state.h"

namespace ddireplay::format {

namespace {

constexpr std::size_t kBatchEvents = 4096;
constexpr std::size_t kBatchGaps = 64;

// Chunks overlap in time, one for each processor; together they may unfold into this much, and
// beyond that into so many times the size of the file.
constexpr std::uint64_t kLiveBytesAlways = 256 << 20;
constexpr std::uint64_t kLiveBytesPerFileByte = 64;

// One chunk in play: how far its events have been taken.
struct Cursor {
  std::unique_ptr<DecodedChunk> chunk;
  std::uint64_t floor = 0;  // no event of it is earlier than this
  std::size_t next_event = 0;
  std::size_t next_value = 0;
  std::uint16_t processor = 0;
  std::vector<FunctionId> functions;  // the trace's ids, by those of the chunk
  std::vector<StackId> stacks;

  bool done() const { return next_event == chunk->columns.times.size(); }
  std::uint64_t time() const { return std::max(floor, chunk->columns.times[next_event]); }
  MergeKey key() const { return {time(), processor}; }
};

bool later(const std::unique_ptr<Cursor>& left, const std::unique_ptr<Cursor>& right) {
  return left->key() > right->key();
}

std::vector<const ChunkInfo*> chunks_of(const std::vector<MergeStep>& steps,
                                        std::span<const ChunkInfo> chunks) {
  std::vector<const ChunkInfo*> result;
  for (const MergeStep& step : steps) {
    if (!step.is_gap && !chunks[step.chunk].damaged) result.push_back(&chunks[step.chunk]);
  }
  return result;
}

}  // namespace

struct EventSource::State {
  State(TraceReader::State& opened, const EventSourceOptions& options)
      : reader(opened),
        steps(plan_merge(opened.container.chunks, opened.container.header.start_clock,
                         !opened.container.condition.recovered)),
        pipeline(opened.bytes.bytes(), chunks_of(steps, opened.container.chunks),
                 std::max(options.threads, 1u) - 1) {
    was_damaged.reserve(opened.container.chunks.size());
    for (const ChunkInfo& chunk : opened.container.chunks) was_damaged.push_back(chunk.damaged);
    batch.resize(kBatchEvents);
    gaps.reserve(kBatchGaps);
  }

  std::span<const Event> next();
  void recycle_finished();
  bool batch_has_room() const { return filled < kBatchEvents && gaps.size() < kBatchGaps; }
  bool step_is_due() const;
  void take_step();
  void take_chunk(const MergeStep& step);
  void activate(std::unique_ptr<DecodedChunk> chunk, const MergeStep& step);
  void add_gap(MergeKey key, std::uint64_t lost, std::uint64_t until);
  std::unique_ptr<Cursor> spare_cursor();
  void intern(Cursor& cursor);
  void take_run();
  MergeKey limit_of_run() const;
  void copy_events(Cursor& cursor, MergeKey limit);

  TraceReader::State& reader;
  const std::vector<MergeStep> steps;
  std::size_t next_step = 0;
  std::vector<bool> was_damaged;  // by chunk: refused before this source began
  ChunkPipeline pipeline;

  std::vector<std::unique_ptr<Cursor>> active;    // a heap, the earliest first
  std::vector<std::unique_ptr<Cursor>> finished;  // the batch still points into their chunks
  std::vector<std::unique_ptr<Cursor>> spare;
  std::uint64_t live_bytes = 0;

  Buffer<Event> batch;
  std::size_t filled = 0;
  std::vector<std::array<std::uint64_t, 2>> gaps;  // values of the batch's gaps
  std::uint64_t next_position = 1;
};

std::span<const Event> EventSource::State::next() {
  recycle_finished();
  filled = 0;
  gaps.clear();
  while (batch_has_room()) {
    if (step_is_due()) {
      take_step();
    } else if (!active.empty()) {
      take_run();
    } else {
      break;
    }
  }
  return batch.span().first(filled);
}

void EventSource::State::recycle_finished() {
  for (std::unique_ptr<Cursor>& cursor : finished) {
    live_bytes -= cursor->chunk->columns.bytes();
    pipeline.give_back(std::move(cursor->chunk));
    spare.push_back(std::move(cursor));
  }
  finished.clear();
}

// A chunk waits for its predecessor in the stream, even where one ends when the other begins.
bool EventSource::State::step_is_due() const {
  if (next_step == steps.size()) return false;
  return active.empty() || steps[next_step].key < active.front()->key();
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
    chunk = pipeline.take();
    const std::uint64_t live_max =
        kLiveBytesAlways + kLiveBytesPerFileByte * reader.bytes.bytes().size();
    if (chunk->problem.empty() && live_bytes + chunk->columns.bytes() > live_max) {
      chunk->problem = "too much memory would be needed at this place";
    }
    if (chunk->problem.empty()) return activate(std::move(chunk), step);
    reader.refuse(info, chunk->problem);
    pipeline.give_back(std::move(chunk));
  }
  add_gap(step.key, info.header.event_count, std::max(step.key.time, info.header.last_time));
}

void EventSource::State::activate(std::unique_ptr<DecodedChunk> chunk, const MergeStep& step) {
  std::unique_ptr<Cursor> cursor = spare_cursor();
  cursor->chunk = std::move(chunk);
  cursor->floor = step.key.time;
  cursor->next_event = cursor->next_value = 0;
  cursor->processor = step.key.processor;
  live_bytes += cursor->chunk->columns.bytes();
  intern(*cursor);
  if (cursor->done()) {
    finished.push_back(std::move(cursor));
    return;
  }
  active.push_back(std::move(cursor));
  std::ranges::push_heap(active, later);
}

std::unique_ptr<Cursor> EventSource::State::spare_cursor() {
  if (spare.empty()) return std::make_unique<Cursor>();
  auto cursor = std::move(spare.back());
  spare.pop_back();
  return cursor;
}

// Only here do ids of the trace come into being: in the order of the merge, which no number of
// threads changes.
void EventSource::State::intern(Cursor& cursor) {
  const DecodedChunk& chunk = *cursor.chunk;
  std::vector<ModuleId> modules;
  for (const Module& module : chunk.modules) {
    modules.push_back(reader.tables.intern_module(module));
  }
  cursor.functions.clear();
  for (const ChunkFunction& function : chunk.functions) {
    cursor.functions.push_back(reader.tables.intern_function(
        {.name = function.name,
         .prototype = function.prototype,
         .derived = function.derived,
         .original = function.original,
         .module = function.module == kNoModuleId ? kNoModuleId : modules[function.module]}));
  }
  cursor.stacks.clear();
  std::span<const std::uint64_t> frames = chunk.columns.stack_frames.span();
  for (const std::uint8_t depth : chunk.columns.stack_depths.span()) {
    cursor.stacks.push_back(reader.tables.intern_stack(frames.first(depth)));
    frames = frames.subspan(depth);
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

void EventSource::State::take_run() {
  std::ranges::pop_heap(active, later);
  std::unique_ptr<Cursor> earliest = std::move(active.back());
  active.pop_back();
  copy_events(*earliest, limit_of_run());
  if (earliest->done()) {
    finished.push_back(std::move(earliest));
  } else {
    active.push_back(std::move(earliest));
    std::ranges::push_heap(active, later);
  }
}

// Up to where the earliest cursor's events come before all others; it is out of the heap meanwhile.
MergeKey EventSource::State::limit_of_run() const {
  MergeKey limit = {std::numeric_limits<std::uint64_t>::max(),
                    std::numeric_limits<std::uint16_t>::max()};
  if (next_step < steps.size()) limit = steps[next_step].key;
  if (!active.empty()) limit = std::min(limit, active.front()->key());
  return limit;
}

void EventSource::State::copy_events(Cursor& cursor, MergeKey limit) {
  const DecodedChunk& chunk = *cursor.chunk;
  const EventColumns& columns = chunk.columns;
  while (!cursor.done() && filled < kBatchEvents && cursor.key() <= limit) {
    const std::size_t at = cursor.next_event;
    const std::uint16_t function = columns.functions[at];
    const std::uint8_t flags = columns.flags[at];
    const std::uint8_t value_count = chunk.functions[function].values.count(flags);
    const std::uint32_t stack = columns.stacks[at];
    batch[filled++] = {.position = next_position++,
                       .time = cursor.time(),
                       .thread = columns.threads[at],
                       .values = columns.values.data() + cursor.next_value,
                       .function = cursor.functions[function],
                       .stack = stack == kNoStack ? kNoStack : cursor.stacks[stack],
                       .processor = cursor.processor,
                       .irql = columns.irqls[at],
                       .flags = flags,
                       .value_count = value_count};
    cursor.next_value += value_count;
    ++cursor.next_event;
  }
}

EventSource::EventSource(TraceReader& reader, const EventSourceOptions& options)
    : state_(std::make_unique<State>(*reader.state_, options)) {}
EventSource::~EventSource() = default;

std::span<const Event> EventSource::next() { return state_->next(); }

}  // namespace ddireplay::format
