// A reference to an object whose count was 0 already, or one reference too many given back: most
// routines return the count that they have made, of the others the count before is recorded.

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
using replay::ObjectReference;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("C4:3F", "dead-object-referenced", Evidence::presence),
};

constexpr Op kOperations[] = {Op::object_reference, Op::object_dereference,
                              Op::object_dereference_done};

class DeadObject final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    // Wine's routines return no count: there it is the references that the driver has taken.
    if (before.trace().header().host == format::Host::wine) {
      return given_back_without_counts(step, before, sink);
    }
    if (before.trace().header().host == format::Host::unknown) return;
    if (step.op == Op::object_dereference || step.event->raised()) return;
    if (step.op == Op::object_dereference_done) {
      const std::uint64_t minus_one = before.pointer_bytes() == 4 ? 0xffffffff : ~std::uint64_t{0};
      if (step[Operand::result] == minus_one) report(minus_one, step, before, sink);
      return;
    }
    switch (static_cast<ObjectReference>(step[Operand::kind])) {
      case ObjectReference::plain:
        if (step[Operand::result] == 1) report(1, step, before, sink);
        return;
      case ObjectReference::by_pointer:
        if (step[Operand::count] == 0) report(1, step, before, sink);
        return;
      case ObjectReference::attached_device:
        return;
    }
  }

 private:
  static void given_back_without_counts(const Step& step, const World& world,
                                        replay::FindingSink& sink) {
    if (step.op != Op::object_dereference) return;
    const replay::HandleReference* held = world.references().through_handle(step[Operand::address]);
    if (held != nullptr && held->count == 0) report(~std::uint64_t{0}, step, world, sink);
  }

  static void report(std::uint64_t new_count, const Step& step, const World& world,
                     replay::FindingSink& sink) {
    const std::uint64_t object = step[Operand::address];
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, object, new_count, 0};
    finding.sentence =
        step.op == Op::object_reference
            ? fmt::format("{} referenced the object at {:#x}, whose reference count was 0.",
                          driver_name(world, step.driver), object)
            : fmt::format(
                  "{} gave back a reference to the object at {:#x}, of which there was none.",
                  driver_name(world, step.driver), object);
    finding.objects.push_back({.kind = "object", .address = object, .biography = {}});
    if (const replay::HandleReference* held = world.references().through_handle(object)) {
      add_entry(finding.objects.back(), replay::Role::referenced, held->taken);
      add_entry(finding.objects.back(), replay::Role::freed, held->given);
    }
    add_entry(finding.objects.back(), replay::Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_dead_object() { return std::make_unique<DeadObject>(); }

}  // namespace ddireplay::checkers
