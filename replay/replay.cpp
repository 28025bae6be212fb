#include "replay/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "format/error.h"
#include "replay/binder.h"
#include "replay/finding_collector.h"
#include "replay/nearest_name.h"

namespace ddireplay::replay {

namespace {

using format::Event;

// A rule that is named by itself is armed in any case; with many others, if it is so by default.
bool names_rule(std::string_view name, const Rule& rule) {
  if (name == "all") return true;
  if (name == "default") return rule.by_default;
  const std::string id = rule.id();
  if (name == id || name == rule.slug || contains_id(rule.aliases, name)) return true;
  const bool is_in_group = name == std::string_view(id).substr(0, id.find(':'));
  return is_in_group && rule.by_default;
}

[[noreturn]] void fail_unknown(const std::string& name, std::span<const Rule* const> rules) {
  NearestName nearest(name);
  for (const Rule* const rule : rules) {
    nearest.offer(rule->id());
    nearest.offer(rule->slug);
  }
  const std::string hint =
      nearest.found().empty()
          ? "`ddireplay rules --status checked` lists those that can be replayed"
          : fmt::format("did you mean {}?", nearest.found());
  throw format::Error(fmt::format("no checker has the rule {}; {}", name, hint),
                      format::ExitStatus::usage);
}

// The rules of all checkers that `names` selects, in their order in reports.
std::vector<const Rule*> select_rules(std::span<const std::unique_ptr<Checker>> checkers,
                                      std::vector<std::string> names) {
  if (names.empty()) names = {"default"};
  std::vector<const Rule*> all;
  for (const auto& checker : checkers) {
    for (const Rule& rule : checker->rules()) all.push_back(&rule);
  }
  std::sort(all.begin(), all.end(),
            [](const Rule* left, const Rule* right) { return rule_before(*left, *right); });

  std::vector<bool> is_selected(all.size());
  for (const std::string& name : names) {
    bool known = name == "default" || name == "all";  // even where there are no rules
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!names_rule(name, *all[i])) continue;
      is_selected[i] = known = true;
    }
    if (!known) fail_unknown(name, all);
  }
  std::vector<const Rule*> selected;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (is_selected[i]) selected.push_back(all[i]);
  }
  return selected;
}

}  // namespace

struct Replay::State final : format::EventFilter {
  State(format::TraceReader& reader, std::span<const std::unique_ptr<Checker>> all_checkers,
        const ReplayOptions& options);

  void subscribe(Checker& checker);
  bool is_wanted(const Checker& checker) const;
  ModelSet models_kept(std::span<const std::unique_ptr<Checker>> all_checkers) const;
  bool wants(format::FunctionId function, bool at_exit) override;
  bool changes_anything(Op op) const;
  void show_call(const Step& step);
  bool is_looked_at(format::FunctionId function) const;
  bool fill_batch();
  void wake();
  void set_waiting_gaps_aside();
  const Event* next_event();
  void take_until(std::uint64_t position);
  void take(const Event& event);
  void process(const Event& event);
  void take_left_out();
  void finish();
  void publish();
  void report_activity();
  void report_not_modelled();

  format::TraceReader& trace;
  const bool only_report;
  std::vector<const Rule*> rules;
  World world;
  Binder binder;
  FindingCollector findings;
  std::vector<Checker*> checkers;  // of which a rule is selected, and those without rules
  std::array<std::vector<Checker*>, kOpCount> subscribers;
  std::array<std::vector<Checker*>, kOpCount> object_subscribers;  // where memory may hold objects
  std::array<std::uint64_t, kOpCount> steps{};
  // Who wants to see the calls of a function, and whether these are seen when they are entered.
  struct Listener {
    CallLevels levels;
    Checker* checker;
  };
  struct Callee {
    std::vector<Listener> listeners;
    CallLevels levels = CallLevels::none();  // of any of them
    std::uint64_t calls = 0;
    bool asked = false;
    bool seen_at_entry = false;
  };
  Callee& callee_of(format::FunctionId function) {
    if (function < callees.size() && callees[function].asked) return callees[function];
    return new_callee(function);
  }
  Callee& new_callee(format::FunctionId function);
  void ask_about(Callee& callee, const format::Function& function);
  std::vector<Callee> callees;  // by function
  Report report;

  // Gaps at the end of a batch that next_event() had to look behind: they are still to be taken.
  struct SetAside {
    Event event;
    std::array<std::uint64_t, 2> values;
  };
  std::vector<SetAside> set_aside;

  EventFeed* feed;  // nullptr: the events are those of `source`
  std::optional<format::EventSource> source;
  std::span<const Event> batch;
  std::size_t next_in_batch = 0;
  std::uint64_t position = 0;
  bool leaves_out = false;  // what nobody looks at
  bool finished = false;
};

Replay::State::State(format::TraceReader& reader,
                     std::span<const std::unique_ptr<Checker>> all_checkers,
                     const ReplayOptions& options)
    : trace(reader),
      // Behind a cut, and while the trace grows, every event may say something of others.
      only_report(options.only_report && options.events == nullptr && !reader.is_growing() &&
                  reader.derivation() == nullptr),
      rules(select_rules(all_checkers, options.rules)),
      world(reader, models_kept(all_checkers)),
      binder(reader),
      findings(world, rules),
      feed(options.events) {
  if (feed == nullptr)
    source.emplace(reader, format::EventSourceOptions{.threads = options.threads,
                                                      .filter = only_report ? this : nullptr});
  for (const auto& checker : all_checkers) subscribe(*checker);
}

bool Replay::State::is_wanted(const Checker& checker) const {
  const std::span<const Rule> own = checker.rules();
  return own.empty() || std::any_of(own.begin(), own.end(), [&](const Rule& rule) {
           return std::find(rules.begin(), rules.end(), &rule) != rules.end();
         });
}

ModelSet Replay::State::models_kept(std::span<const std::unique_ptr<Checker>> all_checkers) const {
  if (!only_report) return ModelSet::all();
  ModelSet models;
  for (const auto& checker : all_checkers) {
    if (is_wanted(*checker)) models.add(checker->models());
  }
  return World::whole(models, trace);
}

bool Replay::State::changes_anything(Op op) const {
  const auto place = static_cast<std::size_t>(op);
  return op != Op::none && (world.is_changed_by(op) || !subscribers[place].empty() ||
                            !object_subscribers[place].empty());
}

bool Replay::State::wants(format::FunctionId function, bool at_exit) {
  return binder.may_be(function, at_exit, [&](Op op) { return changes_anything(op); }) ||
         !callee_of(function).listeners.empty();
}

void Replay::State::subscribe(Checker& checker) {
  if (!is_wanted(checker)) return;
  checkers.push_back(&checker);
  const std::span<const Op> only_with_objects = checker.only_with_objects();
  for (const Op op : checker.operations()) {
    const bool is_for_objects = std::ranges::find(only_with_objects, op) != only_with_objects.end();
    auto& by_op = is_for_objects ? object_subscribers : subscribers;
    by_op[static_cast<std::size_t>(op)].push_back(&checker);
  }
}

// False: there are no more events.
bool Replay::State::fill_batch() {
  if (next_in_batch == batch.size()) {
    // In a gap every event tells how far it goes.
    const bool takes_all = !leaves_out || world.trust().in_gap();
    if (feed != nullptr) {
      batch = feed->next();
    } else {
      batch = takes_all ? source->next() : source->next_wanted();
    }
    next_in_batch = 0;
  }
  return !batch.empty();
}

// All of what waits is gaps.
void Replay::State::set_waiting_gaps_aside() {
  for (const Event& gap : batch.subspan(next_in_batch)) {
    set_aside.push_back({gap, {gap.values[0], gap.values[1]}});
  }
  next_in_batch = batch.size();
}

void Replay::State::wake() {
  if (source) source->wake();
}

const Event* Replay::State::next_event() {
  wake();
  while (fill_batch()) {
    for (const Event& event : batch.subspan(next_in_batch)) {
      if (event.function != format::kGap) return &event;
    }
    set_waiting_gaps_aside();
  }
  return nullptr;
}

void Replay::State::take_until(std::uint64_t last_position) {
  wake();
  // Gaps have the position of the event that follows them: all of these have the same.
  if (!set_aside.empty()) {
    if (set_aside.front().event.position > last_position) return;
    for (SetAside& gap : set_aside) {
      gap.event.values = gap.values.data();
      take(gap.event);
    }
    set_aside.clear();
  }
  while (fill_batch()) {
    const std::span<const Event> waiting = batch.subspan(next_in_batch);
    for (const Event& event : waiting) {
      if (event.position > last_position) return;
      ++next_in_batch;
      take(event);
    }
  }
}

void Replay::State::take(const Event& event) {
  process(event);
  if (event.function == format::kGap) return;
  position = event.position;
  ++report.events;
}

void Replay::State::process(const Event& event) {
  Step& step = binder.step(event);
  const std::size_t op = static_cast<std::size_t>(step.op);
  ++steps[op];
  world.begin(step);
  world.derive(step);
  findings.begin(step);
  for (Checker* checker : subscribers[op]) checker->on_step(step, world, findings);
  if (step.may_end_objects) {
    for (Checker* checker : object_subscribers[op]) checker->on_step(step, world, findings);
  }
  if (event.function != format::kGap) show_call(step);
  world.apply(step);
}

void Replay::State::show_call(const Step& step) {
  const Event& event = *step.event;
  Callee& callee = callee_of(event.function);
  if (callee.listeners.empty()) return;
  if (!event.at_exit()) callee.seen_at_entry = true;
  if (event.at_exit() && callee.seen_at_entry) return;
  ++callee.calls;
  if (!callee.levels.contains(step.irql())) return;
  for (const Listener& listener : callee.listeners) {
    if (listener.levels.contains(step.irql())) listener.checker->on_call(step, world, findings);
  }
}

Replay::State::Callee& Replay::State::new_callee(format::FunctionId function) {
  if (function >= callees.size()) callees.resize(trace.function_count());
  Callee& callee = callees[function];
  ask_about(callee, trace.function(function));
  return callee;
}

void Replay::State::ask_about(Callee& callee, const format::Function& function) {
  callee.asked = true;
  for (Checker* checker : checkers) {
    if (!checker->concerns(function, world)) continue;
    callee.listeners.push_back({checker->levels_of(function, world), checker});
    callee.levels = callee.levels | callee.listeners.back().levels;
  }
}

bool Replay::State::is_looked_at(format::FunctionId function) const {
  return function < callees.size() && !callees[function].listeners.empty();
}

// The end of the trace is where its last event is, whoever looked at that.
void Replay::State::take_left_out() {
  if (!leaves_out) return;
  for (format::FunctionId id = 0; id < trace.function_count(); ++id) {
    const format::CallCount left_out = source->left_out(id);
    binder.add_left_out(id, left_out);
    report.events += left_out.all();
  }
  position = source->last_position();
  world.pass_until(source->last_time());
}

void Replay::State::finish() {
  if (finished) return;
  finished = true;
  take_left_out();
  findings.begin_end(position);
  for (Checker* checker : checkers) checker->on_end(world, findings);
}

// Brings the report up to date.
void Replay::State::publish() {
  // What the reader knows to be lost may lie behind the last event.
  report.lost = std::max(world.trust().lost(), trace.condition().lost_events);

  report_activity();
  report_not_modelled();
  findings.publish(report.findings);
}

void Replay::State::report_activity() {
  report.rules_armed.clear();
  for (const Rule* rule : rules) report.rules_armed.push_back({rule, 0});
  std::map<const Checker*, std::uint64_t> calls;
  for (const Callee& callee : callees) {
    for (const Listener& listener : callee.listeners) calls[listener.checker] += callee.calls;
  }
  for (const Checker* checker : checkers) {
    std::uint64_t seen = calls[checker];
    for (const Op op : checker->operations()) seen += steps[static_cast<std::size_t>(op)];
    for (const Rule& rule : checker->rules()) {
      const auto armed = std::find_if(report.rules_armed.begin(), report.rules_armed.end(),
                                      [&](const RuleActivity& one) { return one.rule == &rule; });
      if (armed != report.rules_armed.end()) armed->events_seen = seen;
    }
  }
}

void Replay::State::report_not_modelled() {
  // Each target has functions of its own: one DDI may be there several times.
  std::map<std::string_view, std::uint64_t> calls;
  for (const Binder::Unmodelled& ddi : binder.not_modelled()) {
    if (is_looked_at(ddi.function)) continue;
    calls[trace.function(ddi.function).name] += ddi.calls;
  }
  report.ddis_not_modelled.clear();
  for (const auto& [name, count] : calls) {
    report.ddis_not_modelled.push_back({std::string(name), count});
  }
}

Replay::Replay(format::TraceReader& reader, std::span<const std::unique_ptr<Checker>> checkers,
               const ReplayOptions& options)
    : state_(std::make_unique<State>(reader, checkers, options)) {}

Replay::~Replay() = default;

void Replay::run() {
  state_->leaves_out = state_->only_report;
  state_->take_until(std::numeric_limits<std::uint64_t>::max());
  state_->finish();
  state_->publish();
}

void Replay::run_to(std::uint64_t position) {
  state_->take_until(position);
  state_->publish();
}

std::uint64_t Replay::position() const { return state_->position; }

const format::Event* Replay::next_event() { return state_->next_event(); }

void Replay::rest() {
  if (state_->source) state_->source->rest();
}

const World& Replay::world() const { return state_->world; }

const Report& Replay::report() const { return state_->report; }

}  // namespace ddireplay::replay
