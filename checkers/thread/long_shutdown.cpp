// A shutdown that the machine doesn't finish.

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
using replay::Role;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("C4:115", "shutdown-too-long", Evidence::presence),
};

constexpr Op kOperations[] = {Op::shutdown_begin};

constexpr std::uint64_t kLimitSeconds = 20 * 60;

class LongShutdown final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World&, FindingSink&) override {
    if (!began_.seen()) {
      began_ = step.moment();
      clock_ = step.event->time;
    }
  }

  // A machine that has shut down records nothing any more.
  void on_end(const World& world, FindingSink& sink) override {
    if (!began_.seen()) return;
    const std::uint64_t seconds = (world.time() - clock_) / world.trace().header().clock_hz;
    if (seconds < kLimitSeconds) return;
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, began_.thread, 0, 0};
    finding.sentence =
        fmt::format("The machine still ran {} minutes after its shutdown had begun.", seconds / 60);
    replay::FindingObject call{.kind = "call", .address = 0, .size = 0, .tag = 0, .biography = {}};
    add_entry(call, Role::violated, began_);
    finding.objects.push_back(std::move(call));
    sink.report(std::move(finding));
  }

 private:
  replay::Moment began_;
  std::uint64_t clock_ = 0;
};

}  // namespace

std::unique_ptr<replay::Checker> make_long_shutdown() { return std::make_unique<LongShutdown>(); }

}  // namespace ddireplay::checkers
