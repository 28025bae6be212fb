// Pages that the driver has locked and that stay locked for ever: their MDL is gone, or the driver.

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/mdl/mdl_finding.h"
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
using replay::Rule;
using replay::Step;
using replay::World;

using replay::Mdl;

const Rule kRules[] = {
    checked_rule("CB:pages", "pages-left-locked", Evidence::absence, "C4:B0 C4:B1 C4:B8"),
};

constexpr Op kOperations[] = {Op::mdl_free, Op::pool_free, Op::image_unload};
constexpr Op kMemoryGoes[] = {Op::pool_free};

class MdlLeftLocked final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  ModelSet models() const override { return {ModelId::mdls, ModelId::pool, ModelId::devices}; }
  std::span<const Op> operations() const override { return kOperations; }
  std::span<const Op> only_with_objects() const override { return kMemoryGoes; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    if (step.op == Op::image_unload) return unload(step, before, sink);
    if (step.op == Op::pool_free) return free_pool(step, before, sink);
    // Its own flags say whether somebody has unlocked it since. A hand-made MDL may have the flag
    // though nobody locked it: the driver must have been seen to.
    const Mdl* mdl = before.mdls().find(step[Operand::address]);
    const bool is_locked = (step[Operand::flags] & replay::kMdlLocked) != 0;
    if (mdl == nullptr || !mdl->locked || !is_locked) return;
    const Mdl* const one[] = {mdl};
    report(one, "freed the MDL", replay::Role::freed, step, before, sink);
  }

 private:
  static void free_pool(const Step& step, const World& world, FindingSink& sink) {
    std::vector<const Mdl*> locked;
    world.mdls().for_each_in(step.memory.begin, step.memory.end, [&](const Mdl& mdl) {
      if (mdl.locked) locked.push_back(&mdl);
    });
    if (!locked.empty()) {
      report(locked, "freed the pool of the MDL", replay::Role::freed, step, world, sink);
    }
  }

  static void unload(const Step& step, const World& world, FindingSink& sink) {
    std::vector<const Mdl*> locked;
    world.mdls().for_each([&](const Mdl& mdl) {
      if (mdl.driver == step.driver && mdl.locked) locked.push_back(&mdl);
    });
    if (!locked.empty()) {
      report(locked, "was unloaded with the MDL", replay::Role::violated, step, world, sink);
    }
  }

  static void report(std::span<const Mdl* const> mdls, std::string_view what, replay::Role role,
                     const Step& step, const World& world, FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[0];
    std::uint64_t pages = 0;
    for (const Mdl* mdl : mdls) {
      pages += mdl->pages;
      finding.rests_on = std::max(finding.rests_on, mdl->locked_at.position);
      finding.objects.push_back(mdl_object(mdl->address, world));
      add_entry(finding.objects.back(), role, step.moment());
    }
    finding.parameters = {0, 0, mdls.front()->address, pages};
    finding.sentence = fmt::format(
        "{} {} at {:#x}{}, which was locked ({} page{}).", driver_name(world, step.driver), what,
        mdls.front()->address, mdls.size() == 1 ? "" : fmt::format(" and {} more", mdls.size() - 1),
        pages, pages == 1 ? "" : "s");
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_mdl_left_locked() {
  return std::make_unique<MdlLeftLocked>();
}

}  // namespace ddireplay::checkers
