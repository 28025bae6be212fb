// Objects that the kernel touches at any IRQL and in any process, in memory that isn't there then:
// paged pool, or session space.

#include <fmt/format.h>

#include <array>
#include <vector>

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

using replay::PoolBlock;

enum { kSession, kPageable, kWorkInSession, kWorkPageable };

const Rule kRules[] = {
    checked_rule("C4:DF", "synchronisation-object-in-session-space", Evidence::presence),
    checked_rule("C4:E1", "synchronisation-object-in-paged-pool", Evidence::presence),
    checked_rule("C4:130", "work-item-in-session-space", Evidence::presence),
    checked_rule("C4:131", "work-item-in-paged-pool", Evidence::presence),
};

// Paged pool that is freed and allocated is what the verdicts on addresses rest on.
constexpr Op kOperations[] = {Op::pool_allocate};

constexpr std::uint32_t kSessionPool = 32;

struct PlacedRow {
  std::string_view function;
  std::string_view parameter;  // the object's address
  std::string_view what;
};
constexpr PlacedRow kRows[] = {
    {"ExAcquireFastMutex", "FastMutex", "fast mutex"},
    {"ExInitializeResourceLite", "Resource", "resource"},
    {"ExQueueWorkItem", "WorkItem", "work item"},
    {"IoInitializeWorkItem", "IoWorkItem", "work item"},
    {"KeAcquireInStackQueuedSpinLock", "SpinLock", "spin lock"},
    {"KeAcquireInStackQueuedSpinLockAtDpcLevel", "SpinLock", "spin lock"},
    {"KeAcquireSpinLockAtDpcLevel", "SpinLock", "spin lock"},
    {"KeAcquireSpinLockRaiseToDpc", "SpinLock", "spin lock"},
    {"KeInitializeDpc", "Dpc", "DPC"},
    {"KeInitializeEvent", "Event", "event"},
    {"KeInitializeGuardedMutex", "GuardedMutex", "guarded mutex"},
    {"KeInitializeMutex", "Mutex", "mutex"},
    {"KeInitializeSemaphore", "Semaphore", "semaphore"},
    {"KeInitializeSpinLock", "SpinLock", "spin lock"},
    {"KeInitializeThreadedDpc", "Dpc", "DPC"},
    {"KeInitializeTimer", "Timer", "timer"},
    {"KeInitializeTimerEx", "Timer", "timer"},
    {"KeInsertQueueDpc", "Dpc", "DPC"},
    {"KeSetCoalescableTimer", "Timer", "timer"},
    {"KeSetEvent", "Event", "event"},
    {"KeSetTimer", "Timer", "timer"},
    {"KeSetTimerEx", "Timer", "timer"},
    {"KfAcquireSpinLock", "SpinLock", "spin lock"},
};

const PlacedRow* row_of(std::string_view function) {
  for (const PlacedRow& row : kRows) {
    if (row.function == function) return &row;
  }
  return nullptr;
}

// Addresses that were looked up last and are well placed: locks are acquired far more often than
// paged pool is allocated.
class WellPlaced {
 public:
  bool has(std::uint64_t address) const {
    const Slot& slot = slots_[place(address)];
    return slot.address == address && slot.edition == edition_;
  }
  void add(std::uint64_t address) { slots_[place(address)] = {address, edition_}; }
  void clear() { ++edition_; }

 private:
  struct Slot {
    std::uint64_t address = 0;
    std::uint64_t edition = 0;
  };
  static constexpr unsigned kSlotBits = 11;
  static std::size_t place(std::uint64_t address) {
    return address * 0x9e3779b97f4a7c15u >> (64 - kSlotBits);
  }

  std::array<Slot, std::size_t{1} << kSlotBits> slots_{};
  std::uint64_t edition_ = 1;  // of what is known
};

class ObjectPlacement final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World&, FindingSink&) override {
    const bool matters = (step[Operand::type] & (1 | kSessionPool)) != 0;
    if (matters) well_placed_.clear();
  }

  bool concerns(const format::Function& function, const World&) override {
    const PlacedRow* row = row_of(function.name);
    return row != nullptr && function.layout.find(row->parameter) >= 0;
  }

  void on_call(const Step& step, const World& before, FindingSink& sink) override {
    const Place& place = place_of(step, before);
    const std::uint64_t address = step.event->values[place.field];
    if (well_placed_.has(address)) return;
    const PoolBlock* block = before.pool().containing(address);
    const bool is_pool = block != nullptr && block->kind == replay::BlockKind::pool;
    if (!is_pool || (!block->paged() && (block->type & kSessionPool) == 0)) {
      return well_placed_.add(address);
    }
    report(address, place.row->what, *block, step, before, sink);
  }

 private:
  struct Place {
    const PlacedRow* row = nullptr;
    std::size_t field = 0;
  };

  // Of the step's function, found once.
  const Place& place_of(const Step& step, const World& world) {
    const format::FunctionId id = step.event->function;
    if (id >= places_.size()) places_.resize(world.trace().function_count());
    Place& place = places_[id];
    if (place.row == nullptr) {
      const format::Function& function = world.trace().function(id);
      place.row = row_of(function.name);
      place.field = static_cast<std::size_t>(function.layout.find(place.row->parameter));
    }
    return place;
  }

  static void report(std::uint64_t address, std::string_view what, const PoolBlock& block,
                     const Step& step, const World& world, FindingSink& sink) {
    const bool in_session = (block.type & kSessionPool) != 0;
    const bool is_work_item = what == "work item";
    Finding finding;
    finding.rule = &kRules[is_work_item ? (in_session ? kWorkInSession : kWorkPageable)
                                        : (in_session ? kSession : kPageable)];
    finding.parameters = {finding.rule->code, address, 0, 0};
    finding.sentence =
        fmt::format("{} called {} for the {} at {:#x}, which lies in {}{}.",
                    driver_name(world, step.driver), function_name(world, step), what, address,
                    in_session ? "session space, in " : "", describe(block));
    replay::FindingObject object{
        .kind = what, .address = address, .size = 0, .tag = 0, .biography = {}};
    add_entry(object, Role::violated, step.moment());
    finding.objects.push_back(std::move(object));
    finding.objects.push_back(object_of(block));
    sink.report(std::move(finding));
  }

  WellPlaced well_placed_;
  std::vector<Place> places_;  // by function
};

}  // namespace

std::unique_ptr<replay::Checker> make_object_placement() {
  return std::make_unique<ObjectPlacement>();
}

}  // namespace ddireplay::checkers
