// A performance counter that runs backwards.
//
// Only calls of which one certainly came behind the other are compared: those of one thread, in the
// same callback and at the same level. A DPC or an interrupt between a call and its event would
// otherwise stand before it with a later value.

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::Rule;
using replay::Step;
using replay::World;

const Rule kRules[] = {
    checked_rule("E6:1", "performance-counter-ran-backwards", Evidence::presence),
};

constexpr std::size_t kThreadsMax = 4096;

struct Reading {
  std::int64_t value = 0;
  std::uint64_t callback = 0;  // position at which it was entered; 0: none
  replay::Moment moment;
};

class PerformanceCounter final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const replay::Op> operations() const override { return {}; }

  bool concerns(const format::Function& function, const World&) override {
    return function.name == "KeQueryPerformanceCounter" && function.layout.find("return") >= 0;
  }

  void on_call(const Step& step, const World& before, replay::FindingSink& sink) override {
    const format::Event& event = *step.event;
    if (!event.at_exit() || event.raised()) return;
    const int field = before.trace().function(event.function).layout.find("return");
    const auto frames = before.threads().frames(event);
    const Reading now = {static_cast<std::int64_t>(event.values[field]),
                         frames.empty() ? 0 : frames.back().entered.position, step.moment()};
    if (last_.size() >= kThreadsMax) last_.clear();
    const auto [known, is_new] = last_.try_emplace(event.thread, now);
    if (is_new) return;
    const Reading earlier = std::exchange(known->second, now);
    const bool is_later = earlier.callback == now.callback &&
                          earlier.moment.irql == now.moment.irql &&
                          now.moment.irql != format::kIrqlUnknown;
    if (is_later && now.value < earlier.value) report(earlier, now, step, before, sink);
  }

 private:
  static void report(const Reading& earlier, const Reading& now, const Step& step,
                     const World& world, replay::FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[0];
    finding.parameters = {finding.rule->code, static_cast<std::uint64_t>(earlier.value),
                          static_cast<std::uint64_t>(now.value), 0};
    finding.sentence = fmt::format(
        "The performance counter went from {:#x} back to {:#x} between two calls of {}.",
        earlier.value, now.value, driver_name(world, step.driver));
    finding.objects.push_back({.kind = "call", .biography = {}});
    add_entry(finding.objects.back(), replay::Role::running, earlier.moment);
    add_entry(finding.objects.back(), replay::Role::violated, now.moment);
    sink.report(std::move(finding));
  }

  std::unordered_map<std::uint64_t, Reading> last_;  // by thread
};

}  // namespace

std::unique_ptr<replay::Checker> make_performance_counter() {
  return std::make_unique<PerformanceCounter>();
}

}  // namespace ddireplay::checkers
