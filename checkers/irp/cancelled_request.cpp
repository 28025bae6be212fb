// Requests that were cancelled, and that the driver which has them does not complete.

#include <fmt/format.h>

#include <unordered_map>

#include "checkers/irp/request.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"

namespace ddireplay::checkers {

namespace {

using replay::CallbackKind;
using replay::Evidence;
using replay::IrpTurn;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("C4:135", "cancelled-request-not-completed", Evidence::absence),
};

// The documents name no limit. Nobody waits that long for a program to end.
constexpr std::uint64_t kMillisecondsAllowed = 5 * 60 * 1000;

constexpr Op kOperations[] = {Op::irp_cancel, Op::irp_call, Op::irp_complete,  Op::irp_make,
                              Op::irp_free,   Op::gap,      Op::callback_enter};

struct Cancelled {
  std::uint64_t time;
  format::ModuleId driver;  // that has the request
  replay::Moment moment;
  replay::FindingObject object;
};

class CancelledRequest final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    const auto callback = static_cast<CallbackKind>(step[Operand::kind]);
    switch (step.op) {
      case Op::irp_cancel:
        return cancel(step, before);
      case Op::callback_enter:
        if (callback == CallbackKind::cancel) return cancel(step, before);
        if (callback == CallbackKind::dispatch) cancelled_.erase(step[Operand::irp]);
        return;
      case Op::gap:
        return cancelled_.clear();
      case Op::irp_complete: {
        const auto found = cancelled_.find(step[Operand::irp]);
        if (found == cancelled_.end()) return;
        judge(found->second, step.event->time, step.event->position, before, sink);
        cancelled_.erase(found);
        return;
      }
      default:
        cancelled_.erase(step[Operand::irp]);
        return;
    }
  }

  void on_end(const World& world, replay::FindingSink& sink) override {
    for (const auto& [irp, one] : cancelled_) judge(one, world.time(), 0, world, sink);
  }

 private:
  // Only of a request that a recorded driver has: what others do with theirs is not seen.
  void cancel(const Step& step, const World& world) {
    const std::uint64_t irp = step[Operand::irp];
    const IrpTurn* turn = world.irps().turn(irp);
    if (turn == nullptr || turn->location == 0 || !turn->owned()) return;
    Cancelled one{step.event->time, turn->driver, step.moment(),
                  request_object(irp, nullptr, turn)};
    one.object.biography.push_back({replay::Role::cancelled, step.moment()});
    cancelled_.try_emplace(irp, std::move(one));
  }

  static void judge(const Cancelled& one, std::uint64_t now, std::uint64_t position,
                    const World& world, replay::FindingSink& sink) {
    const auto milliseconds = static_cast<std::uint64_t>(
        static_cast<unsigned __int128>(now - one.time) * 1000 / world.trace().header().clock_hz);
    if (milliseconds <= kMillisecondsAllowed) return;
    replay::Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, one.object.address, kMillisecondsAllowed, 0};
    finding.position = position;
    finding.driver = one.driver;
    finding.rests_on = one.moment.position;
    finding.sentence = fmt::format(
        "{} {} the IRP at {:#x} {} ms after it was cancelled.", driver_name(world, one.driver),
        position == 0 ? "has not completed" : "completed", one.object.address, milliseconds);
    finding.objects.push_back(one.object);
    sink.report(std::move(finding));
  }

  std::unordered_map<std::uint64_t, Cancelled> cancelled_;
};

}  // namespace

std::unique_ptr<replay::Checker> make_cancelled_request() {
  return std::make_unique<CancelledRequest>();
}

}  // namespace ddireplay::checkers
