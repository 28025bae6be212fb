// A kernel handle that is closed twice, or used after it was closed.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::Handle;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("93:handle", "handle-used-after-close", Evidence::absence),
};

constexpr Op kOperations[] = {Op::handle_close, Op::handle_use};

constexpr std::uint32_t kStatusInvalidHandle = 0xc0000008;
constexpr std::uint64_t kInvalidHandle = 1;  // parameter 2

class HandleAfterClose final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    const Handle* handle = before.handles().find(step[Operand::handle]);
    if (handle == nullptr || !handle->is_closed()) return;
    // Somebody else may have opened it again: then the use succeeds, or fails in another way.
    const bool is_use = step.op == Op::handle_use;
    const auto status = static_cast<std::uint32_t>(step[Operand::status]);
    if (is_use && (step.event->raised() || status != kStatusInvalidHandle)) return;
    report(*handle, is_use, step, before, sink);
  }

 private:
  static void report(const Handle& handle, bool is_use, const Step& step, const World& world,
                     replay::FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {handle.value, kInvalidHandle, 0, 0};
    finding.rests_on = handle.closed.position;
    finding.sentence = is_use ? fmt::format("{} called {} with the handle {:#x}, which was closed.",
                                            driver_name(world, step.driver),
                                            function_name(world, step), handle.value)
                              : fmt::format("{} closed the handle {:#x} a second time.",
                                            driver_name(world, step.driver), handle.value);
    finding.objects.push_back(object_of(handle));
    add_entry(finding.objects.back(), replay::Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_handle_after_close() {
  return std::make_unique<HandleAfterClose>();
}

}  // namespace ddireplay::checkers
