#include "tools/bisect/level.h"

#include <array>
#include <memory>
#include <vector>

#include "replay/replay.h"

namespace ddireplay::tools::bisect {
namespace {

using replay::Moment;
using replay::Op;
using replay::Step;

// All but `none` and `gap`.
constexpr auto kAllOps = [] {
  std::array<Op, replay::kOpCount - 2> ops{};
  for (std::size_t i = 0; i < ops.size(); ++i) ops[i] = static_cast<Op>(i + 2);
  return ops;
}();
static_assert(static_cast<int>(Op::none) == 0 && static_cast<int>(Op::gap) == 1);

bool moves_level(Op op) {
  switch (op) {
    case Op::irql_raise:
    case Op::irql_lower:
    case Op::lock_request:
    case Op::lock_acquire:
    case Op::lock_release:
    case Op::callback_leave:
    case Op::dpc_leave:
    case Op::unload_leave:
      return true;
    default:
      return false;
  }
}

bool enters_callback(Op op) {
  return op == Op::callback_enter || op == Op::dpc_enter || op == Op::unload_enter;
}

struct Seen {
  std::uint64_t position = 0;  // 0: nothing was
  Op op = Op::none;
  std::uint8_t irql = format::kIrqlUnknown;
};

// One thread, or a DPC in it.
struct Course {
  Seen other;  // the last event at another IRQL
  Seen first;  // the first one since at the IRQL in question
};

class LevelWatcher final : public replay::Checker {
 public:
  explicit LevelWatcher(const Moment& violation) : violation_(violation) {}

  std::span<const replay::Rule> rules() const override { return {}; }
  std::span<const Op> operations() const override { return kAllOps; }
  bool concerns(const format::Function&, const replay::World&) override { return true; }
  void on_step(const Step& step, const replay::World& before, replay::FindingSink&) override {
    look_at(step, before);
  }
  void on_call(const Step& step, const replay::World& before, replay::FindingSink&) override {
    look_at(step, before);
  }

  const Course& course() const { return in_dpc_ ? dpc_ : thread_; }

 private:
  void look_at(const Step& step, const replay::World& world) {
    if (step.event->thread != violation_.thread) return;
    if (step.event->position == violation_.position) in_dpc_ = step.in_dpc;
    Course& course = step.in_dpc || step.op == Op::dpc_enter ? dpc_ : thread_;
    // What the thread was at before the system called the driver does not matter.
    const bool is_outermost =
        step.op == Op::dpc_enter || world.threads().frames(*step.event).empty();
    if (enters_callback(step.op) && is_outermost) course = {};
    const Seen seen{step.event->position, step.op, step.irql()};
    if (step.irql() != violation_.irql) {
      course = {seen, {}};
    } else if (course.first.position == 0) {
      course.first = seen;
    }
  }

  const Moment violation_;
  Course thread_;
  Course dpc_;
  bool in_dpc_ = false;
};

const Moment* violation_of(const replay::Finding& finding) {
  for (const replay::FindingObject& object : finding.objects) {
    for (const replay::BiographyEntry& entry : object.biography) {
      if (entry.moment.position == finding.position) return &entry.moment;
    }
  }
  return nullptr;
}

LevelMove move_of(const Course& course, std::uint8_t level) {
  const Seen& other = course.other;
  const Seen& first = course.first;
  if (enters_callback(first.op)) return {LevelCause::entered, first.position, other.irql, level};
  if (other.position == 0) return {LevelCause::always, first.position, 0, level};
  if (moves_level(other.op)) return {LevelCause::moved, other.position, other.irql, level};
  return {LevelCause::unseen, first.position, other.irql, level};
}

}  // namespace

LevelMove find_level_move(format::TraceReader& trace, const replay::Finding& finding) {
  const Moment* violation = violation_of(finding);
  if (violation == nullptr || violation->irql == format::kIrqlUnknown) return {};
  std::vector<std::unique_ptr<replay::Checker>> watchers;
  auto owned = std::make_unique<LevelWatcher>(*violation);
  const LevelWatcher& watcher = *owned;
  watchers.push_back(std::move(owned));
  replay::Replay(trace, watchers).run_to(finding.position);
  const Course& course = watcher.course();
  if (course.first.position == 0) return {};
  return move_of(course, violation->irql);
}

}  // namespace ddireplay::tools::bisect
