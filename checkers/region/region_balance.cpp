// Critical and guarded regions: entered and left in pairs, by the same thread, within one callback.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/lock/lock_call.h"
#include "checkers/makers.h"
#include "checkers/region/open_regions.h"
#include "checkers/text.h"
#include "replay/samples.h"

namespace ddireplay::checkers {

namespace {

using replay::ApcCounts;
using replay::CallbackFrame;
using replay::CallbackKind;
using replay::Evidence;
using replay::Finding;
using replay::FindingSink;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum RuleNumber { kAtThreadEnd, kOutside, kCritical, kGuarded };

const Rule kRules[] = {
    checked_rule("20:apc", "thread-ended-with-apcs-disabled", Evidence::absence),
    checked_rule("C4:3E", "critical-region-left-with-apcs-enabled", Evidence::presence),
    checked_rule("C4:40003", "critical-regions-unbalanced", Evidence::absence,
                 "C4:3E C4:C5 C4:C6 C4:FB"),
    checked_rule("C4:4000E", "guarded-regions-unbalanced", Evidence::absence, "C4:C5 C4:C6 C4:FB"),
};

constexpr Op kOperations[] = {Op::critical_leave, Op::guarded_leave, Op::callback_leave,
                              Op::dpc_leave,      Op::unload_leave,  Op::thread_exit};

// What the callback has entered and not left.
struct Open {
  std::int32_t critical = 0;
  std::int32_t guarded = 0;
};

// The last `count` of them, with the step that can't leave them any more.
Open open_in(const CallbackFrame& frame, const Step& step, const World& world) {
  const ApcCounts now = world.threads().apcs(*step.event);
  return {now.normal - frame.normal_apcs, now.all - frame.all_apcs};
}

class RegionBalance final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    if (step.op == Op::critical_leave && apcs_enabled(step)) {
      report(kOutside, 0, 0,
             fmt::format("{} left a critical region with normal kernel APCs enabled.",
                         driver_name(before, step.driver)),
             step, sink, call_object(step));
    }
    const auto frames = before.threads().frames(*step.event);
    if (frames.empty()) return;
    if (step.op == Op::critical_leave || step.op == Op::guarded_leave) {
      return left(frames.back(), step, before, sink);
    }
    if (step.op == Op::thread_exit) return ended(frames.front(), step, before, sink);
    if (frames.back().function != step.event->function) return;
    if (frames.back().kind == CallbackKind::system_thread) {
      return ended(frames.back(), step, before, sink);
    }
    if (frames.back().kind != CallbackKind::callout) returned(frames.back(), step, before, sink);
  }

 private:
  static void left(const CallbackFrame& frame, const Step& step, const World& world,
                   FindingSink& sink) {
    const Open open = open_in(frame, step, world);
    const bool is_critical = step.op == Op::critical_leave;
    // Where the callback began with APCs enabled, the machine itself says whether it is in a
    // region.
    if (is_critical && frame.apcs == replay::kApcsEnabled && !apcs_enabled(step)) return;
    if ((is_critical ? open.critical : open.guarded) > 0) return;
    report(is_critical ? kCritical : kGuarded, 0, frame.entered.position,
           fmt::format("{} left a {} region that it had not entered in {}.",
                       driver_name(world, step.driver), is_critical ? "critical" : "guarded",
                       world.trace().function(frame.function).name),
           step, sink, call_object(step));
  }

  static void returned(const CallbackFrame& frame, const Step& step, const World& world,
                       FindingSink& sink) {
    const Open open = open_in(frame, step, world);
    const auto text = [&](std::int32_t count, std::string_view kind) {
      return fmt::format("{} of {} returned without leaving {} {} region{} that it had entered.",
                         function_name(world, step), driver_name(world, step.driver), count, kind,
                         count == 1 ? "" : "s");
    };
    if (open.critical > 0 && !apcs_enabled(step)) {
      report(kCritical, open.critical, frame.entered.position, text(open.critical, "critical"),
             step, sink, open_critical_regions(open.critical, step, world));
    }
    if (open.guarded > 0) {
      report(kGuarded, open.guarded, frame.entered.position, text(open.guarded, "guarded"), step,
             sink, open_guarded_regions(open.guarded, step, world));
    }
  }

  static void ended(const CallbackFrame& frame, const Step& step, const World& world,
                    FindingSink& sink) {
    if (frame.kind != CallbackKind::system_thread) return;
    const Open open = open_in(frame, step, world);
    const std::int32_t count = open.critical + open.guarded;
    if (count <= 0) return;
    report(kAtThreadEnd, count, frame.entered.position,
           fmt::format("Thread {:#x} of {} ended with APCs disabled.", step.event->thread,
                       driver_name(world, step.driver)),
           step, sink,
           open.critical > 0 ? open_critical_regions(open.critical, step, world)
                             : open_guarded_regions(open.guarded, step, world));
  }

  static void report(RuleNumber number, std::int32_t count, std::uint64_t rests_on,
                     std::string sentence, const Step& step, FindingSink& sink,
                     replay::FindingObject object) {
    Finding finding;
    finding.rule = &kRules[number];
    finding.parameters = {finding.rule->code, 0, 0, 0};
    if (number == kAtThreadEnd) {
      finding.parameters = {0, static_cast<std::uint64_t>(count), step.irql(), 0};
    }
    finding.rests_on = rests_on;
    finding.sentence = std::move(sentence);
    finding.objects.push_back(std::move(object));
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_region_balance() { return std::make_unique<RegionBalance>(); }

}  // namespace ddireplay::checkers
