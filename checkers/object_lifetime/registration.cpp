// ETW and WMI registrations that are ended twice, or not before their device goes. Those that are
// left when the image goes are objects_left.cpp's.

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
using replay::FindingSink;
using replay::Op;
using replay::Operand;
using replay::Role;
using replay::Rule;
using replay::Step;
using replay::World;

using replay::LifetimeObject;
using replay::ObjectKind;

enum { kDeviceDeleted, kBadHandle };

const Rule kRules[] = {
    checked_rule("C4:DB", "device-deleted-with-wmi-registration", Evidence::absence),
    checked_rule("C4:DC", "etw-unregister-with-bad-handle", Evidence::absence),
};

constexpr Op kOperations[] = {Op::device_delete, Op::object_end};

class Registration final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    if (step.op == Op::device_delete) return delete_device(step, before, sink);
    const bool is_etw =
        static_cast<ObjectKind>(step[Operand::kind]) == ObjectKind::etw_registration;
    // 0 is what a registration that failed has left: harmless, and common.
    if (is_etw && step[Operand::address] != 0) unregister(step, before, sink);
  }

 private:
  static void delete_device(const Step& step, const World& world, FindingSink& sink) {
    const std::uint64_t device = step[Operand::address];
    const LifetimeObject* registration = world.objects().find(ObjectKind::wmi_device, device);
    if (registration == nullptr || !registration->live) return;
    Finding finding;
    finding.rule = &kRules[kDeviceDeleted];
    finding.parameters = {finding.rule->code, device, 0, 0};
    finding.rests_on = registration->created.position;
    finding.sentence = fmt::format("{} deleted the device at {:#x}, which is registered with WMI.",
                                   driver_name(world, step.driver), device);
    finding.objects.push_back(object_of(*registration));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }

  static void unregister(const Step& step, const World& world, FindingSink& sink) {
    const std::uint64_t handle = step[Operand::address];
    const LifetimeObject* known = world.objects().find(ObjectKind::etw_registration, handle);
    if (known != nullptr && known->live) return;
    LifetimeObject unknown;
    unknown.kind = ObjectKind::etw_registration;
    unknown.address = handle;
    Finding finding;
    finding.rule = &kRules[kBadHandle];
    finding.parameters = {finding.rule->code, 0, 0, 0};
    finding.rests_on = known == nullptr ? 0 : known->ended.position;
    finding.sentence = fmt::format(
        "{} unregistered the ETW handle {:#x}, which {}.", driver_name(world, step.driver), handle,
        known == nullptr ? "no registration has returned" : "had been unregistered before");
    finding.objects.push_back(object_of(known == nullptr ? unknown : *known));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_registration() { return std::make_unique<Registration>(); }

}  // namespace ddireplay::checkers
