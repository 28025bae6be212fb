#include "tools/record/verdict.h"

#include <fmt/format.h>

#include "tools/ending/ending_text.h"
#include "tools/record/ending.h"
#include "tools/record/place.h"

namespace ddireplay::tools::record {
namespace {

using format::EndReason;
using format::ExitStatus;

std::string program_name(const Request& request) {
  if (request.program.empty()) return "the program";
  return std::filesystem::path(request.program.front()).filename().string();
}

std::string place_of_ending(const Request& request, const RecordedTrace& trace,
                            const format::Ending& ending) {
  const auto place = place_of(trace, symbol_path(request), ending.address);
  return place ? place_text(*place) : fmt::format("0x{:x}", ending.address);
}

std::string crash_text(const Request& request, const RecordedTrace& trace,
                       const format::Ending& ending) {
  const std::string place = place_of_ending(request, trace, ending);
  if (!ending.routine.empty()) {
    return fmt::format("the driver called a DDI that this host does not have while {}: {}, from {}",
                       ending.during, ending.routine, place);
  }
  return fmt::format("the driver crashed while {}: {} at {}", ending.during, exception_text(ending),
                     place);
}

std::string death_text(const Request& request, const SessionOutcome& outcome,
                       const format::Ending& ending) {
  std::string text =
      fmt::format("the process that hosts {} (winedevice.exe) ended by itself while {}",
                  target_names(request), ending.during);
  if (!outcome.crashes.empty()) {
    const Crash& crash = outcome.crashes.back().second;
    text += fmt::format(": {} at 0x{:x}, outside the driver", crash.what, crash.address);
  }
  return text;
}

// Threads of Wine's own may be busy as well; only those in a recorded driver say something.
std::string busy_text(const Request& request, const SessionOutcome& outcome,
                      const RecordedTrace& trace) {
  for (const std::uint64_t address : outcome.busy_at) {
    if (const auto place = place_of(trace, symbol_path(request), address)) {
      return "; the driver was busy at " + place_text(*place);
    }
  }
  if (!trace.pending) return "";
  const auto place = place_of(trace, symbol_path(request), trace.pending->routine);
  if (place) {
    return fmt::format("; the request 0x{:x}, which came to {}, was never completed",
                       trace.pending->irp, place_text(*place));
  }
  return "";
}

// It lived on after these: what it did then may not be what it does on Windows.
std::vector<std::string> absent_calls(const Request& request, const RecordedTrace& trace) {
  if (!trace.footer) return {};
  return absent_sentences(*trace.footer, [&](std::uint64_t address) {
    const auto place = place_of(trace, symbol_path(request), address);
    return place ? place->symbol : std::string();
  });
}

std::vector<std::string> complaints(const Request& request, const SessionOutcome& outcome,
                                    const RecordedTrace& trace, const FoundEnding& found) {
  std::vector<std::string> lines;
  if (found.reason == EndReason::target_crashed) {
    lines.push_back(crash_text(request, trace, *found.ending));
  } else if (found.reason == EndReason::host_died) {
    lines.push_back(death_text(request, outcome, *found.ending));
  }
  if (outcome.program_timed_out) {
    lines.push_back(fmt::format("{} was not done in {} s and was ended (--timeout gives it more){}",
                                program_name(request), request.timeout.count(),
                                busy_text(request, outcome, trace)));
  }
  if (outcome.hung_in) {
    lines.push_back(
        fmt::format("{} did not come to an end; all processes of the session were ended{}",
                    describe(request, *outcome.hung_in),
                    outcome.program_timed_out ? "" : busy_text(request, outcome, trace)));
  }
  for (const Step step : {Step::load, Step::unload}) {
    const std::string busy = busy_text(request, outcome, trace);
    if (busy.empty() || !outcome.failed.contains(step)) continue;
    lines.push_back(fmt::format("{} has failed{}", describe(request, step), busy));
  }
  if (outcome.stopped_in) {
    lines.push_back(
        fmt::format("stopped on request while {}", describe(request, *outcome.stopped_in)));
  }
  if (outcome.end.kind == RunEnd::Kind::killed) {
    lines.push_back(fmt::format("ddirec.exe was killed while {}", describe(request, outcome.step)));
  }
  return lines;
}

// Whether all was done that was asked for. What the program makes of it is its own affair, once it
// has run.
bool went_well(const SessionOutcome& outcome) {
  for (const Step step : outcome.failed) {
    const bool only_program_exit = step == Step::run && outcome.program_exit;
    if (!only_program_exit && step != Step::remove) return false;
  }
  return outcome.step == Step::remove || outcome.step == Step::done;
}

std::string summary_text(const Request& request, const RecordedTrace& trace) {
  if (!trace.error.empty()) {
    return fmt::format("{} is not written: {}", request.output.string(), trace.error);
  }
  std::string text = fmt::format("{}: {} events", request.output.string(), trace.events);
  if (trace.lost != 0) text += fmt::format(", {} lost", trace.lost);
  for (const std::string& problem : trace.problems) text += "; " + problem;
  return text;
}

ExitStatus status_of(const Request& request, const SessionOutcome& outcome, const Verdict& verdict,
                     const RecordedTrace& trace) {
  if (!trace.error.empty()) return ExitStatus::unreadable;
  if (!verdict.complaints.empty() || !went_well(outcome) || !trace.whole ||
      trace.end_reason != EndReason::stopped) {
    return ExitStatus::incomplete;
  }
  const bool program_failed = outcome.program_exit.value_or(0) != 0;
  return request.check_exit && program_failed ? ExitStatus::findings : ExitStatus::clean;
}

}  // namespace

std::string describe(const Request& request, Step step) {
  switch (step) {
    case Step::boot:
      return "starting Wine";
    case Step::install:
      return "starting the recorder";
    case Step::start:
      return "starting the recording";
    case Step::load:
      return (only_attaches(request) ? "attaching to " : "loading ") + target_names(request);
    case Step::run:
      return "running " + program_name(request);
    case Step::unload:
      return (only_attaches(request) ? "leaving " : "unloading ") + target_names(request);
    case Step::stop:
      return "stopping the recording";
    case Step::remove:
    case Step::done:
      break;
  }
  return "closing down";
}

Verdict judge(const Request& request, const SessionOutcome& outcome, const RecordedTrace& trace) {
  Verdict verdict;
  const FoundEnding found = find_ending(request, outcome, trace);
  verdict.complaints = complaints(request, outcome, trace, found);
  verdict.notes = absent_calls(request, trace);
  verdict.status = status_of(request, outcome, verdict, trace);
  verdict.summary = summary_text(request, trace);
  return verdict;
}

}  // namespace ddireplay::tools::record
