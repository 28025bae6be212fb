// Objects that a driver leaves behind: the kernel still has them in its lists when their memory, or
// the code that they lead to, is gone. Judged when the image goes, not when Unload is called.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::FindingSink;
using replay::ModelId;
using replay::ModelSet;
using replay::Op;
using replay::Operand;
using replay::Role;
using replay::Rule;
using replay::Step;
using replay::World;

using replay::LifetimeObject;
using replay::ObjectKind;

enum { kLookaside, kQueue, kObject, kWmi, kEtw };

const Rule kRules[] = {
    checked_rule("C7:lookaside", "lookaside-list-left-at-unload", Evidence::absence),
    checked_rule("C7:queue", "queue-left-at-unload", Evidence::absence),
    checked_rule("C7:object", "object-left-at-unload", Evidence::absence),
    checked_rule("C4:DA", "wmi-callback-left-at-unload", Evidence::absence),
    checked_rule("C4:DD", "etw-registration-left-at-unload", Evidence::absence),
};

constexpr Op kOperations[] = {Op::image_unload};

// The rule that speaks of a kind. -1: no rule; the device goes with what hangs on it.
int rule_of(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::lookaside_list:
      return kLookaside;
    case ObjectKind::queue:
    case ObjectKind::device_queue:
      return kQueue;
    case ObjectKind::wmi_callback:
      return kWmi;
    case ObjectKind::etw_registration:
      return kEtw;
    case ObjectKind::wmi_device:
      return -1;
    default:
      return kObject;
  }
}

std::uint64_t call_site(const LifetimeObject& object, const World& world) {
  if (object.created.stack == format::kNoStack) return 0;
  const auto frames = world.trace().stack(object.created.stack);
  return frames.empty() ? 0 : frames.front();
}

class ObjectsLeft final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  ModelSet models() const override { return {ModelId::drivers, ModelId::objects}; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const replay::Driver* driver = before.drivers().find(step.driver);
    if (driver != nullptr && driver->state == replay::DriverState::unloaded) return;
    for (std::size_t i = 0; i < replay::kObjectKindCount; ++i) {
      const auto kind = static_cast<ObjectKind>(i);
      if (rule_of(kind) < 0) continue;
      std::vector<const LifetimeObject*> left;
      before.objects().for_each(kind, [&](const LifetimeObject& object) {
        // Nothing links to a device queue that is empty.
        const bool matters = kind != ObjectKind::device_queue || object.entries > 0;
        if (object.driver == step.driver && matters) left.push_back(&object);
      });
      if (!left.empty()) report(kind, left, step, before, sink);
    }
  }

 private:
  static void report(ObjectKind kind, const std::vector<const LifetimeObject*>& left,
                     const Step& step, const World& world, FindingSink& sink) {
    const int rule = rule_of(kind);
    Finding finding;
    finding.rule = &kRules[rule];
    finding.parameters = parameters(rule, *left.front(), step, world);
    for (const LifetimeObject* object : left) {
      // One that certainly is left is enough: that of the newest object.
      finding.rests_on = std::max(finding.rests_on, object->created.position);
      finding.objects.push_back(object_of(*object));
    }
    finding.objects.push_back(image_object(step, world));
    const std::string_view name = replay::object_kind(kind).name;
    const bool is_one = left.size() == 1;
    finding.sentence = fmt::format(
        "{} was unloaded with {} {}{} left{}: {:#x}.", driver_name(world, step.driver), left.size(),
        name, is_one ? "" : "s", is_one ? "" : ", the first of them", left.front()->address);
    sink.report(std::move(finding));
  }

  static std::array<std::uint64_t, 4> parameters(int rule, const LifetimeObject& first,
                                                 const Step& step, const World& world) {
    const std::uint64_t code = kRules[rule].code;
    const std::uint64_t begin = step[Operand::address];
    switch (rule) {
      case kWmi:
        return {code, begin, first.address, 0};
      case kEtw:
        return {code, call_site(first, world), begin, first.address};
      case kObject:
        return {code, first.address, static_cast<std::uint64_t>(first.kind), begin};
      default:
        return {code, first.address, begin, begin + step[Operand::size]};
    }
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_objects_left() { return std::make_unique<ObjectsLeft>(); }

}  // namespace ddireplay::checkers
