// Reads a .ddt file: its container, its tables, its events in one order.
//
//   TraceReader reader = TraceReader::open("a.ddt");
//   EventSource source(reader, {.threads = 2});
//   while (std::span<const Event> batch = source.next(); !batch.empty()) ...
//
// A file that was cut or damaged is still opened: whole chunks are used, and `condition()` says
// what is missing. Only what is no trace at all, or needs a newer reader, throws Error.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "format/error.h"
#include "format/event.h"
#include "format/freestanding/layout.h"

namespace ddireplay::format {

struct ChunkInfo {
  std::uint64_t offset = 0;  // of the header, from the start of the file
  ChunkHeader header{};      // without checksums where it comes from the index
  bool after_hole = false;   // behind numbers that have no chunk: the first of its stream,
                             // and every mark
  bool damaged = false;      // refused; known once its payload has been looked at
};

struct ImportInfo {
  std::string module;
  std::string name;
  std::uint64_t calls = 0;
  bool supplied = false;
  bool absent = false;
  std::uint64_t caller = 0;
};

// As in trace.capnp.
struct Ending {
  std::uint32_t code = 0;
  AccessKind access = AccessKind::none;
  std::uint64_t accessed = 0;
  std::uint64_t address = 0;
  std::uint64_t thread = 0;
  std::string during{};
  std::string routine{};
  std::string symbol{};
  std::string file{};
  std::uint32_t line = 0;
  std::uint64_t irp = 0;

  bool operator==(const Ending&) const = default;
};

// As in trace.capnp.
struct Derivation {
  std::vector<std::string> steps{};
  std::uint64_t events = 0;
  std::uint64_t begin = 0;
  bool thinned = false;
  std::uint64_t finding = 0;

  bool operator==(const Derivation&) const = default;
};

struct FooterInfo {
  std::uint64_t events = 0;
  std::uint64_t lost = 0;
  std::uint64_t stacks_lost = 0;
  EndReason end_reason = EndReason::stopped;
  bool started_attached = false;
  bool flight = false;  // the oldest events gave way to newer ones
  std::vector<Module> modules{};
  std::vector<ImportInfo> imports{};
  std::vector<std::string> notices{};
  std::optional<Ending> ending{};
  std::optional<Derivation> derivation{};  // nullopt: the events are as they were recorded
};

// What a verdict from this trace rests on. Problems are found when the file is opened (container)
// and while events are read (a payload whose checksum is wrong).
struct Condition {
  bool has_footer = false;
  bool recovered = false;         // not closed in order: what came after the last chunk isn't known
  std::uint64_t lost_events = 0;  // counted by the recorder
  std::uint64_t damaged_chunks = 0;   // whole in length, refused by a checksum or as malformed
  std::uint64_t skipped_bytes = 0;    // of the file, that belong to no chunk
  std::uint64_t missing_chunks = 0;   // by the numbers of those that are there
  bool begins_late = false;           // a flight recording, whose oldest chunks were overwritten
  std::vector<std::string> problems;  // one line each, as they were found; names offset and chunk

  // Nothing is missing: a finding that isn't there wasn't there.
  bool complete() const { return complete_since_begin() && !begins_late; }
  // Nothing is missing behind the oldest event that a flight recording has kept.
  bool complete_since_begin() const {
    return has_footer && !recovered && lost_events == 0 && damaged_chunks == 0 &&
           skipped_bytes == 0 && missing_chunks == 0;
  }
};

// Not thread-safe.
class TraceReader {
 public:
  // Throws Error: can't be opened, a directory, empty, not a trace, of a newer format.
  static TraceReader open(const std::string& path);
  // The same for a trace in memory; `name` stands in messages.
  static TraceReader from_bytes(std::vector<std::byte> bytes, std::string name);

  // A trace that is still being written, as far as it is whole; `fd` must stay open until
  // complete() and `name` stands in messages. Nothing where not even its file header is there.
  // Throws Error: not a trace. Until complete() its condition is that of one without an end, and
  // an EventSource delivers only events that none can come before any more: next() is empty where
  // there are none, and later goes on.
  static std::optional<TraceReader> open_growing(int fd, const std::string& name);
  // False: no whole chunk has been added. Throws Error: the file isn't the same any more.
  bool extend();
  // Nobody writes any more: from here on this is what open() would give, and the events are the
  // same, in the same places. Throws Error as extend().
  void complete();
  bool is_growing() const;

  TraceReader(TraceReader&&) noexcept;
  TraceReader& operator=(TraceReader&&) noexcept;
  ~TraceReader();

  // Reads all of the file and refuses the chunks whose checksums are wrong, as reading their events
  // would.
  void check_payloads();

  // Processors whose last chunk may be missing, where the trace was closed in order all the same.
  std::span<const std::uint16_t> open_streams() const;

  const std::string& name() const;
  std::uint64_t file_bytes() const;
  const FileHeader& header() const;
  std::span<const ChunkInfo> chunks() const;  // by their numbers, whole ones only
  const FooterInfo* footer() const;           // nullptr: the trace has none
  const Derivation* derivation() const;       // nullptr: it is as it was recorded, or has no footer
  const Condition& condition() const;
  // As the footer says; `recovered` where what came after the last chunk isn't known all the same.
  EndReason end_reason() const;
  // Of the problems in condition() the footer doesn't tell: who writes the trace anew has to.
  bool has_untold_problems() const;

  // Tables. They grow while an EventSource reads; ids and addresses of what is in them stay.
  // Function kGap is always there.
  const Function& function(FunctionId id) const;
  std::size_t function_count() const;
  std::span<const std::uint64_t> stack(StackId id) const;  // return addresses, innermost first
  const Module& module(ModuleId id) const;
  std::size_t module_count() const;
  std::span<const ModuleSymbols> symbols() const;

  // The IRQL of each event of the trace is in the trace. Looks at every chunk, but not at its
  // events; what can't be read counts as no.
  bool has_all_levels() const;

 private:
  friend class EventSource;
  struct State;
  explicit TraceReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Who has only to do with some of a trace's functions.
class EventFilter {
 public:
  virtual ~EventFilter() = default;
  // Calls of that function matter, when they are entered or when they return. Each time the same.
  virtual bool wants(FunctionId function, bool at_exit) = 0;
};

struct EventSourceOptions {
  unsigned threads = 1;           // that decode chunks ahead of the merge; 1: none but the caller's
  EventFilter* filter = nullptr;  // for next_wanted(); must outlive the source
};

// All events of a trace, merged by (time, processor, place in its stream). The same whatever the
// number of threads. Gaps stand in the sequence as pseudo-events (see kGap).
// Not thread-safe; one source per reader at a time.
class EventSource {
 public:
  EventSource(TraceReader& reader, const EventSourceOptions& options = {});
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;
  ~EventSource();

  // The next events; empty at the end. What it returns lives until the next call.
  std::span<const Event> next();
  // The same without those that the filter does not want: these have their positions, and are
  // counted. A gap ends the batch, so that the caller may go on with next() until it is over.
  std::span<const Event> next_wanted();

  // Of what has come to its end, left out or not: the last event's position and the latest time.
  // Complete once there are no more events.
  std::uint64_t last_position() const;
  std::uint64_t last_time() const;
  // Events of the function that were left out. Complete as above.
  CallCount left_out(FunctionId function) const;

  // Gives back memory that can be filled again from the trace, for a source that stands still for
  // long. Until wake() nothing else may be called, and values of events may not be looked at.
  void rest();
  // Throws Error where the file is not any more what it was.
  void wake();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::format
