// A trace under the debugger: all findings of it, and one position to look from.
//
// The position is an event that is about to happen: the World is as it was before it, as in a
// debugger that has stopped at a call. A session begins where the machine would have stopped last,
// at the last finding; at the last event where there is none.
//
// The findings, the trace and its symbols are here. The World is not: it is in other processes, one
// of which stands at the position (checkpoints.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "replay/replay.h"
#include "tools/debugger/checkpoints.h"
#include "tools/debugger/scene.h"
#include "tools/report/pool_log.h"
#include "tools/report/report_view.h"
#include "tools/report/verifier_text.h"

namespace ddireplay::tools {

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
  // Looks for symbols anew, in this symbol path.
  void use_symbols(const std::string& symbol_path);

  std::uint64_t position() const { return position_; }  // 0: the trace has no event
  // Throws format::Error (usage) where the trace has no such position.
  void go_to(std::uint64_t position);

  ReportView view() { return {trace_, report_, *symbolizer_}; }
  // The event at the position; nullptr where the trace has none. Lives until the position changes.
  const format::Event* event();
  // What a command of world_commands.h prints of the World at the position.
  std::string ask_world(std::string_view command);
  // Operations on `address` in all of the trace.
  PoolLog pool_log(std::uint64_t address);

  // That replay for this session, where a command has needed them; the one at the position first.
  std::vector<pid_t> processes() const;

  bool ended() const { return ended_; }
  void end() { ended_ = true; }

 private:
  std::string ask(std::string_view question);
  std::unique_ptr<Run> make_scene();

  format::TraceReader trace_;
  std::vector<std::unique_ptr<replay::Checker>> checkers_;  // own the rules that report_ names
  replay::Report report_;
  ListEntries list_entries_;
  std::unique_ptr<Symbolizer> symbolizer_;
  std::uint64_t position_ = 0;
  std::unique_ptr<StoredEvent> event_;        // at `position_`; read when it is needed
  std::unique_ptr<Checkpoints> checkpoints_;  // of a replay; made when they are needed
  bool ended_ = false;
};

}  // namespace ddireplay::tools
