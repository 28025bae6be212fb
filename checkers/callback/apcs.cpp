// Callbacks that return with more, or fewer, APCs disabled than they were entered with.

#include <fmt/format.h>

#include "checkers/callback/callback.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/region/open_regions.h"
#include "replay/samples.h"

namespace ddireplay::checkers {

namespace {

using replay::CallbackFrame;
using replay::CallbackKind;
using replay::Evidence;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum { kDispatch, kFastIo, kCompletion, kDpc, kTimerDpc };

const Rule kRules[] = {
    checked_rule("C4:C5", "dispatch-changed-apc-count", Evidence::absence, {}, "1:apc"),
    checked_rule("C4:C6", "fast-io-changed-apc-count", Evidence::absence),
    checked_rule("C4:FB", "completion-changed-apc-count", Evidence::absence),
    checked_rule("C7:4", "dpc-changed-apc-count", Evidence::absence),
    checked_rule("C7:5", "timer-dpc-changed-apc-count", Evidence::absence),
};

constexpr Op kOperations[] = {Op::callback_leave, Op::dpc_leave};

class CallbackApcs final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    const auto kind = static_cast<CallbackKind>(step[Operand::kind]);
    const bool is_judged = kind == CallbackKind::dispatch || kind == CallbackKind::fast_io ||
                           kind == CallbackKind::completion || kind == CallbackKind::dpc;
    if (!is_judged || step.event->raised()) return;
    const CallbackFrame* frame = before.threads().frame_left(*step.event);
    if (frame == nullptr) return;
    // Calls that nobody counts may have made up for the others.
    const auto sampled = static_cast<std::uint8_t>(step[Operand::apcs]);
    if (frame->apcs == replay::kApcsEnabled && sampled == replay::kApcsEnabled) return;
    const replay::ApcCounts now = before.threads().apcs(*step.event);
    const std::int32_t normal = now.normal - frame->normal_apcs;
    const std::int32_t all = now.all - frame->all_apcs;
    if (normal != 0 || all != 0) found(*frame, kind, now, step, before, sink);
  }

 private:
  static int rule_of(CallbackKind kind, const Step& step, const World& world) {
    if (kind == CallbackKind::dispatch) return kDispatch;
    if (kind == CallbackKind::fast_io) return kFastIo;
    if (kind == CallbackKind::completion) return kCompletion;
    bool has_timer = false;
    world.timers().for_each(
        [&](const replay::Timer& timer) { has_timer |= timer.dpc == step[Operand::dpc]; });
    return has_timer ? kTimerDpc : kDpc;
  }

  static void found(const CallbackFrame& frame, CallbackKind kind, replay::ApcCounts now,
                    const Step& step, const World& world, replay::FindingSink& sink) {
    // As the kernel keeps them: disabling counts down.
    const std::uint64_t before_count =
        static_cast<std::uint32_t>(-(frame.normal_apcs + frame.all_apcs));
    const std::uint64_t now_count = static_cast<std::uint32_t>(-(now.normal + now.all));
    const int rule = rule_of(kind, step, world);
    const std::int32_t normal = now.normal - frame.normal_apcs;
    const std::int32_t all = now.all - frame.all_apcs;
    std::vector<replay::FindingObject> regions;
    if (normal > 0) regions.push_back(open_critical_regions(normal, step, world));
    if (all > 0) regions.push_back(open_guarded_regions(all, step, world));
    const bool is_now_first = rule != kDpc && rule != kTimerDpc;
    report_callback(
        kRules[rule], frame, step, world,
        {kRules[rule].code, routine_of(frame, world), is_now_first ? now_count : before_count,
         is_now_first ? before_count : now_count},
        fmt::format("returned with APCs disabled {} times more than when it was entered",
                    normal + all),
        sink, std::move(regions));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_callback_apcs() { return std::make_unique<CallbackApcs>(); }

}  // namespace ddireplay::checkers
