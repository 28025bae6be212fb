#include "tools/record/recording.h"

#include "tools/record/busy_threads.h"
#include "tools/record/ending.h"
#include "tools/record/fail.h"
#include "tools/record/pending_trace.h"
#include "tools/record/prefix_template.h"
#include "tools/record/process_tree.h"
#include "tools/record/recorded_trace.h"
#include "tools/record/recorder_files.h"
#include "tools/record/run_directory.h"
#include "tools/record/session.h"
#include "tools/record/setup.h"
#include "tools/record/supervise.h"
#include "tools/record/verdict.h"
#include "tools/record/windows_path.h"
#include "tools/record/wine_environment.h"
#include "tools/record/wine_install.h"

namespace ddireplay::tools::record {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using format::ExitStatus;

constexpr auto kEndLimit = 10s;

// What a recording needs, found before anything is made.
struct Means {
  RecorderFiles recorder;
  WineInstall wine;
  fs::path cache;
};

// The recorder's files are where we put them; only their directory's name can be strange.
std::string recorder_path(const fs::path& file) {
  const auto path = windows_path(file);
  if (!path) {
    fail(fmt::format("{}: not a path that Windows can name: put the recorder elsewhere",
                     file.string()));
  }
  return *path;
}

std::vector<std::string> control_command(const Means& means, const Request& request,
                                         const Setup& setup, const fs::path& output) {
  std::vector<std::string> command = {
      means.wine.loader,    recorder_path(means.recorder.control), "run",
      "--recorder",         recorder_path(means.recorder.driver),  "--out",
      recorder_path(output)};
  const auto add = [&command](const char* option, const std::string& value) {
    command.insert(command.end(), {option, value});
  };
  for (const fs::path& driver : setup.drivers) add("--before", *windows_path(driver));
  for (const std::string& name : request.attached) add("--attach", name);
  for (const std::string& name : request.services) add("--service", name);
  for (const fs::path& target : request.targets) add("--target", *windows_path(target));
  if (request.stack_depth) add("--stack-depth", fmt::to_string(*request.stack_depth));
  if (request.ring_kib) add("--ring-kib", fmt::to_string(*request.ring_kib));
  if (request.flush_ms) add("--flush-ms", fmt::to_string(*request.flush_ms));
  if (request.flight_mib) add("--flight", fmt::to_string(*request.flight_mib));
  if (request.all_imports) command.emplace_back("--all-imports");
  if (!request.program.empty()) {
    command.insert(command.end(), {"--", *windows_path(request.program.front())});
    command.insert(command.end(), request.program.begin() + 1, request.program.end());
  }
  return command;
}

// The program under test, and what it started: everything that is neither Wine's own nor the
// recorder's control program.
void end_program(pid_t control) {
  for (const Process& process : descendants()) {
    if (process.id == control || process.name.starts_with("wineserver")) continue;
    if (command_line(process.id).starts_with("C:\\windows\\")) continue;
    ::kill(process.id, SIGKILL);
  }
}

// The recorder has the trace open, and the driver is in its process.
pid_t find_host(const fs::path& trace) {
  for (const Process& process : descendants()) {
    if (process.name == kDriverHost && has_open(process.id, trace)) return process.id;
  }
  return 0;
}

// Says what a run of Wine has to say for itself, and nothing else.
class PassOn : public RunWatcher {
 public:
  explicit PassOn(const Voice& voice) : voice_(voice) {}
  void on_line(Stream, std::string_view line) override { voice_.output(line); }
  Clock::time_point deadline() const override { return deadline_; }
  bool on_deadline() override { return false; }
  bool on_stop_request() override { return true; }  // it takes no longer than its limit

 private:
  const Voice& voice_;
  Clock::time_point deadline_ = Clock::now() + kEndLimit;
};

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  const std::size_t at = result.find(from);
  if (at != std::string::npos) result.replace(at, from.size(), to);
  return result;
}

class Session {
 public:
  Session(const Means& means, const Request& request, const Voice& voice, SignalQueue& signals,
          RunDirectory& directory)
      : means_(means),
        request_(request),
        voice_(voice),
        signals_(signals),
        directory_(directory),
        setup_(request.setup ? read_setup(*request.setup) : Setup{}),
        environment_(wine_environment(means.wine, directory.prefix(), directory.home(),
                                      directory.temporary())) {}

  // Throws format::Error.
  void put_setup_in_place() {
    if (!request_.setup) return;
    voice_.progress(fmt::format("putting {} in place", request_.setup->string()));
    copy_files(setup_, directory_.prefix());
    import_registry(setup_, means_.wine, environment_, signals_);
  }

  SessionOutcome run(const fs::path& trace) {
    const fs::path output = directory_.link_to(trace);
    const auto started = RunWatcher::Clock::now();
    const auto on_step = [&](Step step) {
      const std::chrono::duration<double> passed = RunWatcher::Clock::now() - started;
      voice_.progress(fmt::format("{:6.2f} s  {}", passed.count(), describe(request_, step)));
    };
    // ddirec.exe knows the trace by the name of our link to it.
    const auto on_complaint = [&, link = recorder_path(output)](std::string_view line) {
      // An option of its own, which nobody has given here.
      voice_.complaint(
          replaced(replaced(line, link, request_.output.string()), " (--limit-ms)", ""));
    };
    SessionWatcher watcher(time_limits(request_.timeout), !request_.program.empty(),
                           {on_step, voice_.output, on_complaint, busy_driver_threads,
                            [&] { return find_host(trace); }, end_program});
    const RunEnd end = run_watched(control_command(means_, request_, setup_, output), environment_,
                                   watcher, signals_);
    end_everything();
    return watcher.outcome(end);
  }

 private:
  void end_everything() {
    if (request_.keep_prefix) keep_prefix();
    for (const std::string& process : end_descendants(kEndLimit)) {
      voice_.complaint(fmt::format("{} cannot be ended: it is stuck in the kernel", process));
    }
  }

  // Its server writes the registry when it is told to end.
  void keep_prefix() {
    PassOn watcher(voice_);
    run_watched({means_.wine.server, "-k"}, environment_, watcher, signals_);
    directory_.keep();
    voice_.complaint(
        fmt::format("the prefix is kept: WINEPREFIX={}", directory_.prefix().string()));
  }

  const Means& means_;
  const Request& request_;
  const Voice& voice_;
  SignalQueue& signals_;
  RunDirectory& directory_;
  Setup setup_;
  std::vector<std::string> environment_;
};

void check_template(const Means& means, const fs::path& path, const RunDirectory& directory,
                    const Voice& voice) {
  const std::vector<fs::path> damaged = directory.damaged();
  if (damaged.empty()) return;
  voice.complaint(
      fmt::format("{} of Wine's own files were overwritten, as in {}; the template of "
                  "the prefix is thrown away, the next recording makes a new one",
                  damaged.size(), damaged.front().filename().string()));
  discard_template(means.cache, path);
}

struct Recording {
  SessionOutcome outcome;
  RecordedTrace trace;
  fs::path prefix_template;
};

// Up to the moment when no process is left and only the trace remains.
Recording record_once(const Means& means, const Request& request, const Voice& voice,
                      SignalQueue& signals, const fs::path& path) {
  Recording recording;
  std::optional<PrefixTemplate> from =
      PrefixTemplate::open(means.cache, means.wine, signals, voice.progress);
  recording.prefix_template = from->path();
  RunDirectory directory(means.cache, *from);
  from.reset();  // others may make templates now
  Session session(means, request, voice, signals, directory);
  session.put_setup_in_place();
  recording.outcome = session.run(path);
  check_template(means, recording.prefix_template, directory, voice);
  recording.trace = examine_trace(path);
  return recording;
}

// Of some hundred starts of Wine on a busy machine one ends in a fault of its own. Where that was
// before the driver could do anything, nothing is lost by another try. What fails twice in a row
// may have a prefix that is no good.
Recording record_with_patience(const Means& means, const Request& request, const Voice& voice,
                               SignalQueue& signals, const fs::path& path) {
  constexpr int kTries = 3;
  for (int tries = 1;; ++tries) {
    Recording recording = record_once(means, request, voice, signals, path);
    if (tries == kTries || !ended_before_target(recording.outcome, recording.trace)) {
      return recording;
    }
    voice.complaint("Wine itself ended before the driver was started; once more");
    if (tries + 1 == kTries && !request.setup) {
      discard_template(means.cache, recording.prefix_template);
    }
    fs::resize_file(path, 0);
  }
}

ExitStatus record_supervised(const Means& means, const Request& request, const Voice& voice) {
  SignalQueue signals;  // from here on there are things to be removed
  PendingTrace pending(request.output);
  auto [outcome, trace, prefix_template] =
      record_with_patience(means, request, voice, signals, pending.path());
  if (trace.error.empty() && (outcome.program_timed_out || outcome.hung_in)) {
    trace.pending = find_pending_request(pending.path());
  }
  const Verdict verdict = judge(request, outcome, trace);
  for (const std::string& complaint : verdict.complaints) voice.complaint(complaint);
  for (const std::string& note : verdict.notes) voice.complaint(note);
  if (!trace.kmdf.empty()) voice.complaint(trace.kmdf);
  try {
    write_ending(pending.path(), find_ending(request, outcome, trace), trace);
  } catch (const format::Error& error) {
    voice.complaint(error.what());  // the trace is good without
  }
  if (verdict.status != ExitStatus::unreadable) pending.keep();
  voice.complaint(verdict.summary);
  return verdict.status;
}

}  // namespace

ExitStatus record(const Request& request, const Voice& voice) {
  check(request);
  const Means means{find_recorder(), find_wine(), cache_directory()};
  return static_cast<ExitStatus>(supervise([&] {
    try {
      return static_cast<int>(record_supervised(means, request, voice));
    } catch (const format::Error& error) {
      voice.complaint(error.what());
      return static_cast<int>(error.status());
    } catch (const std::exception& error) {
      voice.complaint(error.what());
      return static_cast<int>(ExitStatus::unreadable);
    }
  }));
}

}  // namespace ddireplay::tools::record
