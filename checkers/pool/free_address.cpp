// Frees of what is not there to be freed.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::FindingObject;
using replay::FindingSink;
using replay::Moment;
using replay::Op;
using replay::Operand;
using replay::PoolBlock;
using replay::Role;
using replay::Rule;
using replay::Step;
using replay::World;

enum { kNeverAllocated, kFreedTwice, kMalformed };

constexpr Rule kRules[] = {
    {.bug_check = 0xC4,
     .code = 0x10,
     .sub_id = "",
     .slug = "pool-free-of-unallocated",
     .title = "The driver is freeing an address that no allocation returned.",
     .parameters = {"address that is freed", "reserved", "reserved"},
     .evidence = Evidence::absence,
     .condition =
         "ExFreePool or its kin is given NULL, an address inside a live block (also known as "
         "0x13E), "
         "or an address that the trace has never seen. The last is only certain when the driver's "
         "whole life is recorded and nothing that it called could have handed it such a block.",
     .near_miss = "Pool that the system allocated for the driver: IoGetDeviceInterfaces, "
                  "SeQueryInformationToken, strings of the run-time library, answers in an IRP.",
     .remedy = "Free exactly what the allocation returned, and keep that pointer apart from the "
               "one that walks the data.",
     .aliases = "C4:13E",
     .follows = ""},
    {.bug_check = 0xC4,
     .code = 0x13,
     .sub_id = "",
     .slug = "pool-freed-twice",
     .title = "The driver is freeing a pool block that has been freed already.",
     .parameters = {"reserved", "address of the block",
                    "position of the first free, in place of the header's contents"},
     .evidence = Evidence::absence,
     .condition = "The address was freed before, and no allocation has returned it since.",
     .near_miss = "The address was allocated again in between, also on another processor: a free "
                  "counts from its entry, an allocation from its return.",
     .remedy = "Let one place own the block, and set its pointer to NULL where it is freed.",
     .aliases = "C2:7 C4:14",
     .follows = ""},
    {.bug_check = 0xC4,
     .code = 0x16,
     .sub_id = "",
     .slug = "pool-free-of-impossible-address",
     .title = "The driver is freeing an address at which no pool block can be.",
     .parameters = {"reserved", "address that is freed", "reserved"},
     .evidence = Evidence::presence,
     .condition = "The address is no block's, and lies in the user half of memory, or is not "
                  "aligned as pool is: to 16 bytes, on 32-bit machines to 8.",
     .near_miss = "The same address inside a live block, which is C4:10. On a host that runs "
                  "drivers in a process all addresses are in the user half.",
     .remedy = "Look for a pointer that was overwritten or never set.",
     .aliases = "",
     .follows = ""},
};

constexpr Op kOperations[] = {Op::pool_free};

// Nothing below is the kernel's, with 4 or 5 levels of page tables.
constexpr std::uint64_t kKernelStart64 = 0xff00000000000000;
constexpr std::uint64_t kKernelStart32 = 0x80000000;

bool can_be_pool(const World& world, std::uint64_t address) {
  const bool is_64 = world.pointer_bytes() == 8;
  if (address % (is_64 ? 16 : 8) != 0) return false;
  if (world.trace().header().host == format::Host::wine) return true;
  return address >= (is_64 ? kKernelStart64 : kKernelStart32);
}

class FreeAddress final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const std::uint64_t address = step[Operand::address];
    const replay::PoolModel& pool = before.pool();
    if (pool.find(address) != nullptr) return;
    // An IRP is never pool of the driver's, and C4:105 says what it is.
    const replay::Irp* irp = before.irps().find(address);
    if (irp != nullptr && irp->is_allocated() && !irp->gone()) return;

    const PoolBlock* around = pool.containing(address);
    if (address == 0) {
      null_pointer(step, before, sink);
    } else if (around != nullptr && around->owned) {
      inside(*around, step, before, sink);
    } else if (const PoolBlock* freed = pool.tombstone(address)) {
      freed_twice(*freed, step, before, sink);
    } else if (!can_be_pool(before, address)) {
      malformed(step, before, sink);
    } else {
      never_allocated(step, before, sink);
    }
  }

 private:
  static Finding start(int rule, const Step& step) {
    Finding finding;
    finding.rule = &kRules[rule];
    finding.parameters = {finding.rule->code, 0, 0, 0};
    if (rule == kNeverAllocated) finding.parameters[1] = step[Operand::address];
    if (rule != kNeverAllocated) finding.parameters[2] = step[Operand::address];
    return finding;
  }

  static FindingObject unknown_object(const Step& step) {
    FindingObject object{.kind = replay::block_kind_name(replay::BlockKind::pool),
                         .address = step[Operand::address],
                         .size = 0,
                         .tag = static_cast<std::uint32_t>(step[Operand::tag]),
                         .biography = {}};
    add_entry(object, Role::violated, step.moment());
    return object;
  }

  static void null_pointer(const Step& step, const World& world, FindingSink& sink) {
    Finding finding = start(kNeverAllocated, step);
    finding.rests_on = step.event->position;
    finding.sentence = fmt::format("{} passed NULL to {}.", driver_name(world, step.driver),
                                   function_name(world, step));
    finding.objects.push_back(unknown_object(step));
    sink.report(std::move(finding));
  }

  static void inside(const PoolBlock& block, const Step& step, const World& world,
                     FindingSink& sink) {
    const std::uint64_t address = step[Operand::address];
    Finding finding = start(kNeverAllocated, step);
    finding.rests_on = block.allocated.position;
    finding.sentence = fmt::format(
        "{} freed {:#x}, which is {:#x} bytes into {} and not its beginning (as 0x13E: {:#x}, "
        "{:#x}).",
        driver_name(world, step.driver), address, address - block.address, describe(block), address,
        block.address);
    finding.objects.push_back(object_of(block));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }

  static void freed_twice(const PoolBlock& block, const Step& step, const World& world,
                          FindingSink& sink) {
    Finding finding = start(kFreedTwice, step);
    finding.parameters[3] = block.freed.position;
    finding.rests_on = block.freed.position;
    finding.sentence =
        fmt::format("{} freed {} a second time; the first was at #{}",
                    driver_name(world, step.driver), describe(block), block.freed.position);
    add_other_source(finding, block.freed.position, step, world);
    finding.objects.push_back(object_of(block));
    add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }

  static void never_allocated(const Step& step, const World& world, FindingSink& sink) {
    Finding finding = start(kNeverAllocated, step);
    finding.sentence = fmt::format("{} freed {:#x}, which no recorded call has returned",
                                   driver_name(world, step.driver), step[Operand::address]);
    add_other_source(finding, 0, step, world);
    finding.objects.push_back(unknown_object(step));
    sink.report(std::move(finding));
  }

  static void malformed(const Step& step, const World& world, FindingSink& sink) {
    Finding finding = start(kMalformed, step);
    finding.sentence = fmt::format("{} freed {:#x}, at which no pool block can begin.",
                                   driver_name(world, step.driver), step[Operand::address]);
    finding.objects.push_back(unknown_object(step));
    sink.report(std::move(finding));
  }

  // Ends the sentence. Some calls hand blocks over by ways that are not recorded: if there was one
  // since `position`, the address may be such a block's.
  static void add_other_source(Finding& finding, std::uint64_t position, const Step& step,
                               const World& world) {
    const Moment source = world.pool().last_unseen_source(step.driver);
    if (source.position > position) {
      finding.verdict = replay::Verdict::unknown;
      finding.sentence +=
          fmt::format(", unless {} at #{} handed it over",
                      world.trace().function(source.function).name, source.position);
    }
    finding.sentence += '.';
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_pool_free_address() {
  return std::make_unique<FreeAddress>();
}

}  // namespace ddireplay::checkers
