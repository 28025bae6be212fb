// What the engine promises to checkers, and what it makes of their findings.
#include "replay/checker.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>

#include "format/text_form.h"
#include "replay/replay.h"

namespace ddireplay::replay {
namespace {

constexpr std::string_view kStart = R"(ddireplay-text 1
module Test.sys base=0xfffff80010000000 size=0x8000 target
cb:ImageLoad ImageBase=Test.sys ImageSize=0x8000
)";

const Rule kRule = {.bug_check = 0xC4,
                    .code = 0xFFF,
                    .sub_id = "",
                    .slug = "test-rule",
                    .title = "",
                    .parameters = {},
                    .evidence = Evidence::presence,
                    .condition = "",
                    .near_miss = "",
                    .remedy = "",
                    .aliases = "",
                    .follows = ""};

// Finds something at each call that it sees.
class CallWatcher final : public Checker {
 public:
  explicit CallWatcher(std::string name) : name_(std::move(name)) {}

  std::span<const Rule> rules() const override { return {&kRule, 1}; }
  std::span<const Op> operations() const override { return {}; }
  bool concerns(const format::Function& function, const World&) override {
    ++asked_[function.name];
    return function.name == name_;
  }
  void on_call(const Step& step, const World&, FindingSink& sink) override {
    at_exit_.push_back(step.event->at_exit());
    Finding finding;
    finding.rule = &kRule;
    finding.objects.push_back({.kind = "call",
                               .address = 0,
                               .size = 0,
                               .tag = 0,
                               .biography = {{Role::violated, step.moment()}}});
    sink.report(std::move(finding));
  }

  std::map<std::string, int> asked_;
  std::vector<bool> at_exit_;

 private:
  std::string name_;
};

struct Watched {
  Report report;
  std::map<std::string, int> asked;
  std::vector<bool> at_exit;
};

Watched watch(const std::string& name, const std::string& lines) {
  format::TraceReader reader = format::trace_from_text(std::string(kStart) + lines, "text");
  std::vector<std::unique_ptr<Checker>> checkers;
  checkers.push_back(std::make_unique<CallWatcher>(name));
  const auto& watcher = static_cast<const CallWatcher&>(*checkers.front());
  Replay replay(reader, checkers);
  replay.run();
  return {replay.report(), watcher.asked_, watcher.at_exit_};
}

TEST_CASE("a call is shown once, when it is entered where that is recorded") {
  const Watched both = watch("IofCallDriver",
                             "> IofCallDriver DeviceObject=0x10 Irp=0x20\n"
                             "< IofCallDriver DeviceObject=0x10 Irp=0x20 return=0\n"
                             "> IofCallDriver DeviceObject=0x10 Irp=0x20\n");
  CHECK(both.at_exit == std::vector{false, false});
  CHECK(both.asked.at("IofCallDriver") == 1);
  CHECK(both.report.rules_armed.at(0).events_seen == 2);

  const Watched returns = watch("IoAllocateIrp", "IoAllocateIrp StackSize=1 return=0x10\n");
  CHECK(returns.at_exit == std::vector{true});
}

TEST_CASE("a DDI that a rule looks at is not among those that nobody knows") {
  const std::string lines = "KeQueryActiveProcessors return=3\nKeSetImportanceDpc Dpc=0x1\n";
  const Watched watched = watch("KeQueryActiveProcessors", lines);
  REQUIRE(watched.report.ddis_not_modelled.size() == 1);
  CHECK(watched.report.ddis_not_modelled[0].name == "KeSetImportanceDpc");
}

TEST_CASE("what repeats is kept sixteen times, and counted") {
  std::string lines;
  for (int i = 0; i < 20; ++i) lines += "IoAllocateIrp StackSize=1 return=0x10\n";
  const Report report = watch("IoAllocateIrp", lines).report;
  REQUIRE(report.findings.size() == 16);
  CHECK(report.findings.front().position == 2);
  CHECK(report.findings.front().repeats == 0);
  CHECK(report.findings.back().position == 17);
  CHECK(report.findings.back().repeats == 4);
}

TEST_CASE("what repeats from different places is kept for each") {
  std::string lines;
  for (int i = 0; i < 20; ++i) {
    lines += "IoAllocateIrp StackSize=1 return=0x10 [Test.sys+0x100]\n";
    lines += "IoAllocateIrp StackSize=1 return=0x10 [Test.sys+0x200]\n";
  }
  CHECK(watch("IoAllocateIrp", lines).report.findings.size() == 32);
}

}  // namespace
}  // namespace ddireplay::replay
