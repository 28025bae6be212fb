// Calls from a stack that isn't the thread's.

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/irql.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::FindingSink;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("C4:90", "foreign-stack", Evidence::presence, "", "C4:91"),
};

class ForeignStack final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const replay::Op> operations() const override { return {}; }

  bool concerns(const format::Function& function, const World&) override {
    return function.layout.find("StackPointer") >= 0 && function.layout.find("StackLow") >= 0 &&
           function.layout.find("StackHigh") >= 0;
  }

  void on_call(const Step& step, const World& before, FindingSink& sink) override {
    // DPCs and interrupts have stacks of the processor's.
    if (step.irql() >= replay::kDispatchLevel) return;
    const Fields& fields = fields_of(step, before);
    const std::uint64_t pointer = step.event->values[fields.pointer];
    const std::uint64_t low = step.event->values[fields.low];
    const std::uint64_t high = step.event->values[fields.high];
    if (pointer == 0 || low == 0 || high == 0) return;
    if (pointer >= low && pointer < high) return;
    const auto frames = before.threads().frames(*step.event);
    const bool is_expanded =
        std::any_of(frames.begin(), frames.end(), [](const replay::CallbackFrame& frame) {
          return frame.kind == replay::CallbackKind::callout;
        });
    if (!is_expanded) report(pointer, low, high, step, before, sink);
  }

 private:
  struct Fields {
    bool known = false;
    std::size_t pointer = 0;
    std::size_t low = 0;
    std::size_t high = 0;
  };

  const Fields& fields_of(const Step& step, const World& world) {
    const format::FunctionId id = step.event->function;
    if (id >= fields_.size()) fields_.resize(world.trace().function_count());
    Fields& fields = fields_[id];
    if (!fields.known) {
      const format::Layout& layout = world.trace().function(id).layout;
      const auto place = [&](std::string_view name) {
        return static_cast<std::size_t>(layout.find(name));
      };
      fields = {true, place("StackPointer"), place("StackLow"), place("StackHigh")};
    }
    return fields;
  }

  static void report(std::uint64_t pointer, std::uint64_t low, std::uint64_t high, const Step& step,
                     const World& world, FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, pointer, low, high};
    finding.sentence = fmt::format(
        "{} called {} with the stack pointer {:#x}; the thread's stack is {:#x} to {:#x}.",
        driver_name(world, step.driver), function_name(world, step), pointer, low, high);
    finding.objects.push_back(call_object(step));
    sink.report(std::move(finding));
  }

  std::vector<Fields> fields_;  // by function
};

}  // namespace

std::unique_ptr<replay::Checker> make_foreign_stack() { return std::make_unique<ForeignStack>(); }

}  // namespace ddireplay::checkers
