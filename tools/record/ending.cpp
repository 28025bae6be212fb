#include "tools/record/ending.h"

#include <algorithm>

#include "format/trace_closer.h"
#include "tools/ending/exception_name.h"
#include "tools/record/place.h"
#include "tools/record/verdict.h"

namespace ddireplay::tools::record {
namespace {

using format::Ending;
using format::EndReason;

class EndingFinder {
 public:
  EndingFinder(const Request& request, const SessionOutcome& outcome, const RecordedTrace& trace)
      : request_(request), outcome_(outcome), trace_(trace) {}

  // The recorder has closed the trace: the driver's host lived.
  FoundEnding of_closed() const {
    const EndReason told = *trace_.end_reason;
    if (told != EndReason::stopped && told != EndReason::thread_inside) return {told, {}};
    if (outcome_.failed.contains(Step::load)) return {EndReason::load_failed, during(Step::load)};
    if (outcome_.program_timed_out) return {EndReason::time_limit, busy(Step::run)};
    if (outcome_.stopped_in) return {EndReason::stop_requested, during(*outcome_.stopped_in)};
    if (outcome_.failed.contains(Step::unload)) {
      return {EndReason::unload_failed, busy(Step::unload)};
    }
    if (outcome_.program_exit.value_or(0) != 0) {
      Ending ending = during(Step::run);
      ending.code = *outcome_.program_exit;
      return {EndReason::program_failed, ending};
    }
    return {told, {}};
  }

  FoundEnding of_unclosed() const {
    if (const auto crash = find_crash()) return *crash;
    if (outcome_.crashed_in) return host_died(*outcome_.crashed_in);
    if (outcome_.hung_in || outcome_.program_timed_out) {
      return {EndReason::hung, busy(outcome_.program_timed_out ? Step::run : *outcome_.hung_in)};
    }
    if (outcome_.stopped_in) return {EndReason::killed, during(*outcome_.stopped_in)};
    // Nothing kept the recorder from closing the trace but that it could not write.
    if (outcome_.end.kind == RunEnd::Kind::exited) return {EndReason::disk_full, {}};
    return {EndReason::killed, during(outcome_.step)};
  }

 private:
  Ending during(Step step) const {
    Ending ending;
    ending.during = describe(request_, step);
    return ending;
  }

  bool set_place(Ending& ending, std::uint64_t address) const {
    const auto place = place_of(trace_, symbol_path(request_), address);
    if (!place) return false;
    ending.address = address;
    ending.symbol = place->symbol;
    ending.file = place->file;
    ending.line = place->line;
    return true;
  }

  Ending busy(Step step) const {
    Ending ending = during(step);
    const bool is_busy = std::ranges::any_of(
        outcome_.busy_at, [&](std::uint64_t address) { return set_place(ending, address); });
    if (!is_busy && trace_.pending) {
      ending.irp = trace_.pending->irp;
      set_place(ending, trace_.pending->routine);
    }
    return ending;
  }

  Ending from_crash(Step step, const Crash& crash) const {
    Ending ending = during(step);
    ending.code = crash.code;
    ending.access = crash.access;
    ending.accessed = crash.accessed;
    return ending;
  }

  // Wine names the thread that died, which may be one that runs requests for others; in the trace
  // the thread is that which made the request. It is known where only one was inside the driver.
  std::uint64_t thread_of(const Crash& crash) const {
    const auto same = trace_.inside.find(crash.thread);
    if (same != trace_.inside.end() && same->second > 0) return crash.thread;
    std::uint64_t only = 0;
    for (const auto& [thread, depth] : trace_.inside) {
      if (depth <= 0) continue;
      if (only != 0) return 0;
      only = thread;
    }
    return only;
  }

  // A crash in a recorded driver is the driver's. So is the call of a DDI that Wine lacks, though
  // the exception is Wine's: it stands in the trace, with its caller.
  std::optional<FoundEnding> find_crash() const {
    for (const auto& [step, crash] : outcome_.crashes) {
      Ending ending = from_crash(step, crash);
      const auto call = trace_.calls.find(crash.routine);
      if (!crash.routine.empty() && call != trace_.calls.end()) {
        ending.routine = crash.routine;
        ending.thread = call->second.last_thread;
        set_place(ending, call->second.last_caller);
        return FoundEnding{EndReason::target_crashed, ending};
      }
      ending.thread = thread_of(crash);
      if (set_place(ending, crash.address)) return FoundEnding{EndReason::target_crashed, ending};
    }
    return std::nullopt;
  }

  // Of other crashes that Wine spoke of, only the last can be the host's.
  FoundEnding host_died(Step step) const {
    if (outcome_.crashes.empty()) return {EndReason::host_died, during(step)};
    const Crash& crash = outcome_.crashes.back().second;
    Ending ending = from_crash(step, crash);
    ending.address = crash.address;
    return {EndReason::host_died, ending};
  }

  const Request& request_;
  const SessionOutcome& outcome_;
  const RecordedTrace& trace_;
};

// What is known of a trace that its recorder has not closed.
format::FooterInfo make_footer(const FoundEnding& found, const RecordedTrace& trace) {
  format::FooterInfo footer;
  footer.events = trace.events;
  footer.lost = trace.lost;
  footer.modules = trace.modules;
  if (!found.ending || found.ending->routine.empty()) return footer;
  const CallCount& call = trace.calls.at(found.ending->routine);
  footer.imports.push_back({.module = call.module,
                            .name = found.ending->routine,
                            .calls = call.calls,
                            .absent = true,
                            .caller = call.first_caller});
  return footer;
}

}  // namespace

bool ended_before_target(const SessionOutcome& outcome, const RecordedTrace& trace) {
  const bool has_died = outcome.crashed_in || !outcome.crashes.empty() || outcome.system_failed;
  return has_died && outcome.last_reached() <= Step::load && !outcome.stopped_in &&
         !trace.end_reason && !trace.calls.contains("cb:DriverEntry");
}

FoundEnding find_ending(const Request& request, const SessionOutcome& outcome,
                        const RecordedTrace& trace) {
  const EndingFinder finder(request, outcome, trace);
  return trace.end_reason ? finder.of_closed() : finder.of_unclosed();
}

void write_ending(const std::filesystem::path& path, const FoundEnding& found,
                  const RecordedTrace& trace) {
  if (!trace.error.empty() || trace.end_reason == found.reason) return;
  format::FooterInfo footer = trace.footer.value_or(make_footer(found, trace));
  footer.end_reason = found.reason;
  footer.ending = found.ending;
  format::close_trace(path, footer);
}

}  // namespace ddireplay::tools::record
