// A trace under the debugger: all findings of it, and one position to look from.
//
// The position is an event that is about to happen: the World is as it was before it, as in a
// debugger that has stopped at a call. A session begins where the machine would have stopped last,
// at the last finding; at the last event where there is none.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "replay/replay.h"
#include "tools/report/pool_log.h"
#include "tools/report/report_view.h"
#include "tools/report/verifier_text.h"

namespace ddireplay::tools {

// An event that outlives the batch it was read in.
struct StoredEvent {
  explicit StoredEvent(const format::Event& event);
  StoredEvent(const StoredEvent&) = delete;
  StoredEvent& operator=(const StoredEvent&) = delete;

  std::vector<std::uint64_t> values;
  format::Event event;
};

// The event at a position; nullptr: the trace has none there.
std::unique_ptr<StoredEvent> read_event(format::TraceReader& trace, std::uint64_t position);

class Session {
 public:
  // Replays the whole trace. Throws format::Error where it is unreadable.
  Session(const std::string& path, const std::string& symbol_path);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  const format::TraceReader& trace() const { return trace_; }
  const replay::Report& report() const { return report_; }
  Symbolizer& symbolizer() { return *symbolizer_; }
  const ListEntries& list_entries() const { return list_entries_; }

  std::uint64_t position() const { return position_; }  // 0: the trace has no event
  // Throws format::Error (usage) where the trace has no such position.
  void go_to(std::uint64_t position);

  // The World at the position. Lives until the position changes or a log is read.
  ReportView view();
  // The event at the position; nullptr where the trace has none.
  const format::Event* event();
  // Operations on `address` in all of the trace.
  PoolLog pool_log(std::uint64_t address);

  bool ended() const { return ended_; }
  void end() { ended_ = true; }

 private:
  format::TraceReader trace_;
  std::vector<std::unique_ptr<replay::Checker>> checkers_;  // own the rules that report_ names
  replay::Report report_;
  ListEntries list_entries_;
  std::unique_ptr<Symbolizer> symbolizer_;
  std::uint64_t position_ = 0;
  std::unique_ptr<replay::Replay> replay_;  // stands before `position_`; made when it is needed
  std::unique_ptr<StoredEvent> event_;      // at `position_`; the same
  bool ended_ = false;
};

}  // namespace ddireplay::tools
