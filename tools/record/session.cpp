#include "tools/record/session.h"

#include <charconv>

namespace ddireplay::tools::record {
namespace {

using namespace std::chrono_literals;

constexpr auto kStepLimit = 30s;
constexpr auto kWrapUpLimit = 10s;
constexpr int kOtherSteps = 7;  // all but the program's
// Exit codes of ddirec.exe.
constexpr int kRecorderFailed = 10;
constexpr int kDriverCrashed = 14;  // recorder and kernel are gone

std::optional<std::uint32_t> parse_program_exit(std::string_view line) {
  constexpr std::string_view kMark = "program: exit code ";
  if (!line.starts_with(kMark)) return std::nullopt;
  line.remove_prefix(kMark.size());
  std::uint32_t code = 0;
  const auto parsed = std::from_chars(line.data(), line.data() + line.size(), code);
  if (parsed.ec != std::errc() || parsed.ptr != line.data() + line.size()) return std::nullopt;
  return code;
}

// Whether a step has gone well in between that the recorder's host must do something for. What the
// program does may go well without it.
bool host_lived_between(Step said, Step last) {
  const bool with_program = said < Step::run && Step::run < last;
  return static_cast<int>(last) - static_cast<int>(said) > (with_program ? 2 : 1);
}

}  // namespace

TimeLimits time_limits(std::chrono::seconds program) {
  return {program, kStepLimit, kWrapUpLimit, program + kOtherSteps * kStepLimit};
}

SessionWatcher::SessionWatcher(const TimeLimits& limits, bool has_program, Listener listener)
    : limits_(limits), has_program_(has_program), listener_(std::move(listener)) {}

void SessionWatcher::on_start(pid_t control) {
  control_ = control;
  last_deadline_ = Clock::now() + limits_.overall;
  begin_step(Step::boot);
}

void SessionWatcher::on_line(Stream stream, std::string_view line) {
  if (stream == Stream::out) {
    on_control_line(line);
  } else {
    on_error_line(line);
  }
}

// Standard output is shared by ddirec.exe and the program. What the former says besides (its
// totals) is in the trace.
void SessionWatcher::on_control_line(std::string_view line) {
  if (const auto result = parse_step_result(line)) {
    if (!result->ok) on_step_failed(result->step);
    begin_step(next_step(*result, has_program_));
  } else if (const auto code = parse_program_exit(line)) {
    outcome_.program_exit = code;
  } else if (outcome_.step == Step::run) {
    listener_.on_output(line);
  }
}

// A driver that does not come back from its start or its end may be busy with something.
void SessionWatcher::on_step_failed(Step step) {
  outcome_.failed.insert(step);
  const bool is_drivers = step == Step::load || step == Step::unload;
  if (is_drivers && outcome_.busy_at.empty()) outcome_.busy_at = listener_.busy_at();
}

void SessionWatcher::on_error_line(std::string_view line) {
  constexpr std::string_view kControl = "ddirec: ";
  if (line.starts_with(kControl)) {
    listener_.on_complaint(line.substr(kControl.size()));
    return;
  }
  listener_.on_output(line);
  if (const auto crash = parse_crash(line)) outcome_.crashes.emplace_back(outcome_.step, *crash);
}

std::chrono::seconds SessionWatcher::limit_of(Step step) const {
  // The trace is closed, and the services go with the prefix.
  if (step == Step::remove || step == Step::done) return limits_.wrap_up;
  if (trouble_) return limits_.wrap_up;
  return step == Step::run ? limits_.program : limits_.step;
}

void SessionWatcher::begin_step(Step step) {
  outcome_.step = step;
  step_deadline_ = Clock::now() + limit_of(step);
  if (step == Step::load) host_ = listener_.find_host();
  if (step != Step::done) listener_.on_step(step);
}

void SessionWatcher::on_process_ended(pid_t process) {
  // Behind the last step the host ends as it should.
  if (process != host_ || outcome_.step >= Step::remove) return;
  outcome_.crashed_in = outcome_.step;
  something_went_wrong();
}

void SessionWatcher::something_went_wrong() {
  trouble_ = true;
  step_deadline_ = std::min(step_deadline_, Clock::now() + limits_.wrap_up);
}

// Without it the rest of the steps may well go as they should, and the trace be closed.
void SessionWatcher::end_program() {
  listener_.end_program(control_);
  trouble_ = true;
  step_deadline_ = Clock::now() + limits_.wrap_up;
}

bool SessionWatcher::on_stop_request() {
  const bool is_first = !outcome_.stopped_in;
  if (!is_first || outcome_.step < Step::run) {
    outcome_.stopped_in = outcome_.stopped_in.value_or(outcome_.step);
    return false;
  }
  outcome_.stopped_in = outcome_.step;
  if (outcome_.step == Step::run) {
    end_program();
  } else {
    something_went_wrong();
  }
  return true;
}

bool SessionWatcher::on_deadline() {
  if (outcome_.step == Step::run && !outcome_.program_timed_out && Clock::now() < last_deadline_) {
    outcome_.program_timed_out = true;
    outcome_.busy_at = listener_.busy_at();
    end_program();
    return true;
  }
  if (outcome_.step != Step::remove && outcome_.step != Step::done) {
    outcome_.hung_in = outcome_.step;
    if (outcome_.busy_at.empty()) outcome_.busy_at = listener_.busy_at();
  }
  return false;
}

SessionOutcome SessionWatcher::outcome(const RunEnd& end) const {
  SessionOutcome outcome = outcome_;
  outcome.end = end;
  const auto exited_with = [&end](int code) {
    return end.kind == RunEnd::Kind::exited && end.exit_status == code;
  };
  outcome.system_failed = exited_with(kRecorderFailed) && (outcome.failed.contains(Step::boot) ||
                                                           outcome.failed.contains(Step::install));
  // The others may hear of a process's end before its parent does, which may even hear of it only
  // when the last step has begun: the first step that failed was it.
  if (exited_with(kDriverCrashed) && !outcome.crashed_in) outcome.crashed_in = outcome.step;
  if (outcome.crashed_in && !outcome.failed.empty()) {
    outcome.crashed_in = std::min(*outcome.crashed_in, *outcome.failed.begin());
  }
  const Step last = outcome.last_reached();
  std::erase_if(outcome.crashes,
                [&](const auto& crash) { return host_lived_between(crash.first, last); });
  return outcome;
}

}  // namespace ddireplay::tools::record
