// Timers and DPCs that the kernel still holds when their memory, or their code, goes away: with a
// pool block, a device, or the driver's image.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Dpc;
using replay::Evidence;
using replay::Finding;
using replay::FindingObject;
using replay::FindingSink;
using replay::MemoryRange;
using replay::Op;
using replay::Operand;
using replay::Role;
using replay::Rule;
using replay::Step;
using replay::Timer;
using replay::World;

enum { kTimer, kDpc, kRoutine };

const Rule kRules[] = {
    checked_rule("C7:0", "armed-timer-in-dying-memory", Evidence::absence),
    checked_rule("C7:1", "queued-dpc-in-dying-memory", Evidence::absence),
    checked_rule("C7:2", "dpc-routine-in-unloaded-image", Evidence::absence),
};

constexpr Op kOperations[] = {Op::pool_free, Op::device_delete, Op::image_unload};

// Behind an unloaded image's routines other memory may lead.
constexpr Op kMemoryGoes[] = {Op::pool_free, Op::device_delete};

std::string_view memory_name(Op op) {
  if (op == Op::pool_free) return "a pool block that is freed";
  return op == Op::device_delete ? "a device that is deleted" : "the image that is unloaded";
}

// The routine that a timer leads to. What initialised the DPC names it; what stands in memory may
// be a stub of the recorder.
std::uint64_t routine_of(const Timer& timer, const World& world) {
  const Dpc* dpc = timer.dpc == 0 ? nullptr : world.dpcs().find(timer.dpc);
  return dpc != nullptr && dpc->routine != 0 ? dpc->routine : timer.routine;
}

bool overlaps(const MemoryRange& range, std::uint64_t address, std::uint64_t bytes) {
  return address < range.end && address + bytes > range.begin;
}

// One step that takes memory away, and what it finds there.
class Search {
 public:
  Search(const Step& step, const World& world, FindingSink& sink)
      : range_(step.memory), step_(step), world_(world), sink_(sink) {}

  void timers_within() const {
    world_.timers().for_each_in(range_.begin, range_.end, [&](const Timer& timer) {
      if (!timer.pending(step_.event->time)) return;
      report(
          kTimer, timer.address, timer.set.position, timer_objects(timer),
          fmt::format("the armed timer at {:#x} lies in {}", timer.address, memory_name(step_.op)));
    });
  }

  void dpcs_within() const {
    world_.dpcs().for_each_in(range_.begin, range_.end, [&](const Dpc& dpc) {
      if (!dpc.queued) return;
      report(kDpc, dpc.address, dpc.queued_at.position, {dpc_object(dpc)},
             fmt::format("the queued DPC at {:#x} lies in {}", dpc.address, memory_name(step_.op)));
    });
  }

  void routines_within() const {
    world_.timers().for_each([&](const Timer& timer) {
      const std::uint64_t routine = routine_of(timer, world_);
      if (!timer.pending(step_.event->time) || !range_.contains(routine)) return;
      if (overlaps(range_, timer.address, world_.timers().object_bytes())) return;
      report(kRoutine, routine, timer.set.position, timer_objects(timer),
             fmt::format("the armed timer at {:#x} leads to {:#x} in {}", timer.address, routine,
                         memory_name(step_.op)));
    });
    world_.dpcs().for_each([&](const Dpc& dpc) {
      if (!dpc.queued || !range_.contains(dpc.routine)) return;
      if (overlaps(range_, dpc.address, world_.dpcs().object_bytes())) return;
      report(kRoutine, dpc.routine, dpc.queued_at.position, {dpc_object(dpc)},
             fmt::format("the queued DPC at {:#x} leads to {:#x} in {}", dpc.address, dpc.routine,
                         memory_name(step_.op)));
    });
  }

 private:
  FindingObject dpc_object(const Dpc& dpc) const {
    return object_of(dpc, world_.dpcs().object_bytes());
  }

  std::vector<FindingObject> timer_objects(const Timer& timer) const {
    std::vector<FindingObject> objects = {object_of(timer, world_.timers().object_bytes())};
    const Dpc* dpc = timer.dpc == 0 ? nullptr : world_.dpcs().find(timer.dpc);
    if (dpc != nullptr) objects.push_back(dpc_object(*dpc));
    return objects;
  }

  void report(int rule, std::uint64_t subject, std::uint64_t since,
              std::vector<FindingObject> objects, const std::string& what) const {
    Finding finding;
    finding.rule = &kRules[rule];
    finding.parameters = {finding.rule->code, subject, range_.begin, range_.end};
    finding.rests_on = since;
    finding.sentence = fmt::format("{}: {}.", driver_name(world_, step_.driver), what);
    finding.objects = std::move(objects);
    finding.objects.push_back(ended_memory(step_, world_));
    sink_.report(std::move(finding));
  }

  const MemoryRange range_;
  const Step& step_;
  const World& world_;
  FindingSink& sink_;
};

class ObjectInDyingMemory final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }
  std::span<const Op> only_with_objects() const override { return kMemoryGoes; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const Search search(step, before, sink);
    if (step.op != Op::pool_free) search.timers_within();
    search.dpcs_within();
    if (step.op == Op::image_unload) search.routines_within();
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_object_in_dying_memory() {
  return std::make_unique<ObjectInDyingMemory>();
}

}  // namespace ddireplay::checkers
