#include "tools/commands/follow.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "checkers/registry.h"
#include "tools/commands/growing_file.h"
#include "tools/output.h"
#include "tools/report/analyze_text.h"
#include "tools/report/json.h"
#include "tools/report/summary_text.h"

namespace ddireplay::tools {
namespace {

using format::ExitStatus;

// Between two looks at signals.
constexpr std::uint64_t kEventsAtOnce = 1 << 18;

// Each finding once, however many come in front of it later.
class FindingTeller {
 public:
  void tell(const replay::Report& report) {
    if (report.findings.size() == told_.size()) return;
    for (const replay::Finding& finding : report.findings) {
      const std::uint64_t object = finding.objects.empty() ? 0 : finding.objects.front().address;
      const Key key{finding.position, finding.rule, finding.fingerprint, object,
                    finding.parameters};
      if (!told_.insert(key).second) continue;
      const bool is_unknown = finding.verdict == replay::Verdict::unknown;
      talk(fmt::format("#{} {}{}: {}", finding.position, finding.rule->id(),
                       is_unknown ? " (unknown)" : "", finding.sentence));
    }
  }

 private:
  using Key = std::tuple<std::uint64_t, const replay::Rule*, std::uint64_t, std::uint64_t,
                         decltype(replay::Finding::parameters)>;
  std::set<Key> told_;
};

class Follower {
 public:
  Follower(const std::string& path, const ReplayArguments& arguments)
      : path_(path), arguments_(arguments), watch_(path) {}

  ExitStatus run() {
    if (!begin()) {
      talk(path_ + ": stopped on request before the trace had begun");
      return ExitStatus::incomplete;
    }
    const std::vector<std::unique_ptr<replay::Checker>> checkers = checkers::make_all_checkers();
    replay::Replay replay(*trace_, checkers, arguments_.options);
    if (follow(replay)) {
      replay.run();
      teller_.tell(replay.report());
    } else {
      talk(path_ +
           ": stopped on request: the trace is not finished, and what follows is what it "
           "has come to so far");
    }
    return print_report(*trace_, replay, arguments_);
  }

 private:
  bool must_stop() { return signals_.stop_requests() != 0; }

  // Until there is a file with a trace in it. False: stopped.
  bool begin() {
    bool is_open = false;
    while (!must_stop()) {
      is_open = is_open || file_.open(path_);
      if (is_open) {
        const bool has_ended = file_.has_ended();
        trace_ = format::TraceReader::open_growing(file_.fd(), path_);
        if (trace_) return true;
        if (has_ended) throw format::Error(path_ + ": ended before a trace had begun in it");
        say_once_why_waiting();
      } else {
        say_once(": is not there yet; waiting for it to be recorded (Ctrl-C ends this)");
      }
      watch_.wait(signals_);
    }
    return false;
  }

  // A recording of ours ends in any case. Of another file nobody knows whether it will.
  void say_once_why_waiting() {
    if (file_.is_locked_while_written()) return;
    say_once(
        ": has no end yet; waiting for whoever writes it to go on (Ctrl-C ends this, with a report "
        "of what there is)");
  }

  void say_once(const char* what) {
    if (!std::exchange(has_said_, true)) talk(path_ + what);
  }

  // To the end of the recording. False: stopped.
  bool follow(replay::Replay& replay) {
    while (true) {
      const bool has_ended = file_.has_ended();
      trace_->extend();
      if (!take_all(replay)) return false;
      if (has_ended) break;
      say_once_why_waiting();
      watch_.wait(signals_);
    }
    if (file_.is_removed()) talk(path_ + ": its recording was given up, and its file is gone");
    trace_->complete();
    return true;
  }

  // What is certain so far. False: stopped.
  bool take_all(replay::Replay& replay) {
    std::uint64_t before = 0;
    do {
      if (must_stop()) return false;
      before = replay.position();
      replay.run_to(before + kEventsAtOnce);
      teller_.tell(replay.report());
    } while (replay.position() != before);
    return true;
  }

  const std::string& path_;
  const ReplayArguments& arguments_;
  record::SignalQueue signals_;
  DirectoryWatch watch_;
  GrowingFile file_;
  std::optional<format::TraceReader> trace_;
  FindingTeller teller_;
  bool has_said_ = false;
};

}  // namespace

ExitStatus print_report(const format::TraceReader& trace, const replay::Replay& replay,
                        const ReplayArguments& arguments) {
  Symbolizer symbolizer(trace, arguments.symbol_path);
  const ReportView view{trace, replay.report(), symbolizer};
  print(arguments.json ? report_json(view) + "\n" : analyze_text(view));
  return status_of(trace, replay.report());
}

ExitStatus follow_trace(const std::string& path, const ReplayArguments& arguments) {
  return Follower(path, arguments).run();
}

}  // namespace ddireplay::tools
