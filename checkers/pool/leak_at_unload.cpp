// Pool that a driver leaves behind. It is judged when the image goes, not when Unload is called:
// what the driver's last callback frees is no leak.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Driver;
using replay::Evidence;
using replay::Finding;
using replay::ModelId;
using replay::ModelSet;
using replay::Op;
using replay::PoolBlock;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("C4:62", "pool-leak-at-unload", Evidence::absence, "C4:10", "C4:60"),
};

constexpr Op kOperations[] = {Op::image_unload};

struct Sum {
  std::uint64_t count = 0;
  std::uint64_t paged_bytes = 0;
  std::uint64_t nonpaged_bytes = 0;
  std::uint64_t uncertain = 0;  // a free may have been missed

  void add(const PoolBlock& block, const World& world) {
    ++count;
    (block.paged() ? paged_bytes : nonpaged_bytes) += block.charged;
    if (!world.trust().complete_since(block.allocated.position)) ++uncertain;
  }
};

class LeakAtUnload final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  ModelSet models() const override { return {ModelId::drivers, ModelId::pool}; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    const Driver* driver = before.drivers().find(step.driver);
    if (driver != nullptr && driver->state == replay::DriverState::unloaded) return;

    Finding finding;
    Sum sum;
    before.pool().for_each_of(step.driver, [&](const PoolBlock& block) {
      sum.add(block, before);
      // One certain leak is enough: that of the newest block.
      if (finding.objects.empty()) finding.rests_on = block.allocated.position;
      finding.objects.push_back(object_of(block));
    });
    if (sum.count == 0) return;

    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, driver == nullptr ? 0 : driver->name_address,
                          driver == nullptr ? 0 : driver->verifier_record, sum.count};
    finding.sentence = sentence(driver_name(before, step.driver), sum);
    sink.report(std::move(finding));
  }

 private:
  static std::string sentence(const std::string& driver, const Sum& sum) {
    std::string text = fmt::format(
        "{} was unloaded with {} allocation{} left: {:#x} bytes of paged and {:#x} bytes "
        "of nonpaged memory",
        driver, sum.count, sum.count == 1 ? "" : "s", sum.paged_bytes, sum.nonpaged_bytes);
    if (sum.uncertain != 0) {
      text += fmt::format("; the free of {} of them may be among the events that were lost",
                          sum.uncertain);
    }
    return text + '.';
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_pool_leak_at_unload() {
  return std::make_unique<LeakAtUnload>();
}

}  // namespace ddireplay::checkers
