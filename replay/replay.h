// Runs a trace through the World and the checkers.
//
//   TraceReader reader = TraceReader::open(path);
//   Replay replay(reader, checkers);
//   replay.run();
//   for (const Finding& finding : replay.report().findings) ...
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "format/trace_reader.h"
#include "replay/checker.h"
#include "replay/finding.h"
#include "replay/world.h"

namespace ddireplay::replay {

// Events from elsewhere than the trace's file: some of its own, say, that are held in memory.
class EventFeed {
 public:
  virtual ~EventFeed() = default;
  // As EventSource::next(), by the ids of the reader that is replayed.
  virtual std::span<const format::Event> next() = 0;
};

struct ReplayOptions {
  unsigned threads = 1;  // that decode
  // What to report: ids, other ids of a rule, slugs; "default": the rules that are armed by
  // default, and "C4": those of one bug check; "all": every rule. Empty: as "default".
  std::vector<std::string> rules;
  EventFeed* events = nullptr;  // in place of the trace's own; must outlive the replay
  // Nobody will ask for the World: it need not hold what the rules don't look at. The report is
  // the same.
  bool only_report = false;
};

struct RuleActivity {
  const Rule* rule = nullptr;
  std::uint64_t events_seen = 0;  // steps that its checker was asked about
};

// A DDI that was called, and that no model and no selected rule looks at.
struct DdiNotModelled {
  std::string name;
  std::uint64_t calls = 0;
};

// Everything that a replay says. The same for the same trace and rules, byte for byte.
struct Report {
  std::uint64_t events = 0;
  std::uint64_t lost = 0;
  std::vector<RuleActivity> rules_armed;          // by id
  std::vector<DdiNotModelled> ddis_not_modelled;  // by name
  std::vector<Finding> findings;                  // by position, then rule, then first object
};

class Replay {
 public:
  // Throws format::Error (usage) when `options.rules` names a rule that no checker has.
  Replay(format::TraceReader& reader, std::span<const std::unique_ptr<Checker>> checkers,
         const ReplayOptions& options = {});
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;
  ~Replay();

  // To the end; on_end of the checkers, then the report is complete.
  void run();
  // Until the event at `position` has happened (0: none). Forward only.
  void run_to(std::uint64_t position);
  std::uint64_t position() const;
  // The event that happens next; nullptr at the end of the trace. Lives until the replay goes on.
  const format::Event* next_event();

  // Gives back memory that can be filled again from the trace: for a replay that stands still for
  // long. It goes on by itself when more is asked of it.
  void rest();

  // Not with ReplayOptions::only_report.
  const World& world() const;
  const Report& report() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
