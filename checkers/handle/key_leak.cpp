// Registry keys that a driver has open when its image goes.

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
using replay::HandleKind;
using replay::ModelId;
using replay::ModelSet;
using replay::Op;
using replay::Rule;
using replay::Step;
using replay::World;

enum { kCreated, kOpened };

const Rule kRules[] = {
    checked_rule("WDM:ZwRegistryCreate", "created-key-left-open", Evidence::absence),
    checked_rule("WDM:ZwRegistryOpen", "opened-key-left-open", Evidence::absence),
};

constexpr Op kOperations[] = {Op::image_unload};

class KeyLeak final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  ModelSet models() const override { return {ModelId::handles}; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    before.handles().for_each_open(step.driver, [&](const Handle& handle) {
      if (handle.kind == HandleKind::created_key) report(kCreated, handle, step, before, sink);
      if (handle.kind == HandleKind::opened_key) report(kOpened, handle, step, before, sink);
    });
  }

 private:
  static void report(int rule, const Handle& handle, const Step& step, const World& world,
                     replay::FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[rule];
    finding.parameters = {0, handle.value, 0, 0};
    finding.rests_on = handle.opened.position;
    finding.sentence = fmt::format("{} was unloaded with the registry key {:#x} open.",
                                   driver_name(world, step.driver), handle.value);
    finding.objects.push_back(object_of(handle));
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_key_leak() { return std::make_unique<KeyLeak>(); }

}  // namespace ddireplay::checkers
