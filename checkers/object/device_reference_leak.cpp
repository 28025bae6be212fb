// References of IoGetAttachedDeviceReference that are still held when the driver's image goes.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::DeviceReference;
using replay::Evidence;
using replay::Finding;
using replay::ModelId;
using replay::ModelSet;
using replay::Op;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("WDM:DanglingDeviceObjectReference", "attached-device-reference-left",
                 Evidence::absence),
};

constexpr Op kOperations[] = {Op::image_unload};

class DeviceReferenceLeak final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  ModelSet models() const override { return {ModelId::references}; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    before.references().for_each_of(step.driver, [&](const DeviceReference& reference) {
      report(reference, step, before, sink);
    });
  }

 private:
  static void report(const DeviceReference& reference, const Step& step, const World& world,
                     replay::FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {0, reference.device, reference.count, 0};
    finding.rests_on = reference.taken.position;
    finding.sentence =
        fmt::format("{} was unloaded with {} reference{} to the device at {:#x} left.",
                    driver_name(world, step.driver), reference.count,
                    reference.count == 1 ? "" : "s", reference.device);
    finding.objects.push_back({.kind = "device", .address = reference.device, .biography = {}});
    add_entry(finding.objects.back(), replay::Role::referenced, reference.taken);
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_device_reference_leak() {
  return std::make_unique<DeviceReferenceLeak>();
}

}  // namespace ddireplay::checkers
