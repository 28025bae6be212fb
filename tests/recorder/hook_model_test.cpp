// The hook table on a simulated machine: threads and interrupts ask for stubs of the same few
// routines at the same time, in a table that they don't all fit into.
#include <array>
#include <catch2/catch.hpp>
#include <map>
#include <vector>

#include "recorder/core/hook_table.h"
#include "tests/recorder/model/first_failure.h"
#include "tests/recorder/model/model_access.h"

namespace ddireplay::recorder {
namespace {

using model::first_failure;
using model::Flaw;
using model::Machine;
using model::ModelAccess;

constexpr unsigned kThreads = 3;
constexpr unsigned kCalls = 8;  // of each thread, besides those of interrupts
constexpr unsigned kRoutines = 6;
constexpr std::uint64_t kStubBase = 0x10000;

template <Flaw flaw>
class Run {
 public:
  using Access = ModelAccess<flaw>;
  using Table = BasicHookTable<Access>;

  Run(std::uint32_t seed, unsigned stubs)
      : machine_(seed, 1 + seed % 3, kThreads), slots_(stubs), index_(2 * stubs) {
    table_.attach({kStubBase, 16, stubs}, slots_, {index_.data(), index_.size()});
    for (unsigned i = 0; i < kThreads; ++i) {
      machine_.add_thread([this] {
        for (unsigned call = 0; call < kCalls; ++call) hook();
      });
    }
    machine_.set_interrupt([this] {
      if (interrupts_left_ == 0) return;
      --interrupts_left_;
      hook();
    });
  }

  // What is wrong; empty: nothing.
  std::string check() {
    if (!machine_.run()) return "it never ends";
    if (!machine_.problem().empty()) return machine_.problem();
    const bool had_room = functions_.size() < slots_.size();
    return had_room && refused_ != 0 ? "a stub is refused though there was room" : "";
  }
  unsigned refused() const { return refused_; }
  // Slots that were taken for a stub which somebody else had made meanwhile.
  std::size_t unused() const { return functions_.size() - stubs_.size(); }

 private:
  // Routines differ in one thing each.
  struct Routine {
    const RowPlan* plan;
    std::uint16_t target;
    std::uint64_t original;
    bool operator==(const Routine&) const = default;
  };

  Routine routine(unsigned number) const {
    return {&plans_[number & 1], static_cast<std::uint16_t>(number >> 1 & 1),
            0x5000 + (number >> 2)};
  }

  void hook() {
    const unsigned number = machine_.draw(kRoutines);
    const Routine wanted = routine(number);
    const bool is_known = stubs_.contains(number);
    const std::uint64_t stub =
        table_.stub_for(*wanted.plan, wanted.target, wanted.original, [&](std::uint16_t& function) {
          machine_.point();
          function = static_cast<std::uint16_t>(functions_.size());
          functions_.push_back(wanted);
          return true;
        });
    if (stub == 0) {
      ++refused_;
      if (is_known) machine_.report("a stub is refused that there is");
      return;
    }
    if (stubs_.try_emplace(number, stub).first->second != stub) {
      machine_.report("a routine has two stubs");
    }
    call(stub, wanted);
  }

  // As the thunk finds it.
  void call(std::uint64_t stub, const Routine& wanted) {
    const HookSlot& slot = table_.slot_of(stub);
    Access::will_read(&slot);
    if (Routine{slot.plan, slot.target, slot.original} != wanted ||
        functions_[slot.function] != wanted) {
      machine_.report("a stub stands for another routine");
    }
  }

  Machine machine_;
  std::array<RowPlan, 2> plans_;
  std::vector<HookSlot> slots_;
  std::vector<typename Table::Number> index_;
  Table table_;
  std::vector<Routine> functions_;
  std::map<unsigned, std::uint64_t> stubs_;
  unsigned interrupts_left_ = 12;
  unsigned refused_ = 0;
};

TEST_CASE("whatever comes in between, a routine has one stub, and it is its own",
          "[hooks][model]") {
  std::size_t unused = 0;
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    Run<Flaw::none> run(seed, 32);
    INFO("seed " << seed);
    REQUIRE(run.check() == "");
    REQUIRE(run.refused() == 0);
    unused += run.unused();
  }
  // Otherwise no two ever made the same one.
  CHECK(unused > 300);
}

TEST_CASE("a hook table that fills up refuses, and nothing else", "[hooks][model]") {
  unsigned refused = 0;
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    Run<Flaw::none> run(seed, 4);
    INFO("seed " << seed);
    REQUIRE(run.check() == "");
    refused += run.refused();
  }
  CHECK(refused > 1000);
}

TEMPLATE_TEST_CASE_SIG("hooks over operations that do less than they should are found out",
                       "[hooks][model]", ((Flaw flaw), flaw), Flaw::relaxed_store,
                       Flaw::relaxed_load, Flaw::torn_swap) {
  const auto check = [](std::uint32_t seed) { return Run<flaw>(seed, 32).check(); };
  CHECK(first_failure(500, check).what != "");
}

}  // namespace
}  // namespace ddireplay::recorder
