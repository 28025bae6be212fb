// Mappings of MDLs that are undone though they aren't there, or aren't what the call says.

#include <fmt/format.h>

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
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

using replay::Mdl;
using replay::MdlMapping;

enum { kPartial, kNotMapped, kUserAddress, kWrongAddress, kStartChanged };

const Rule kRules[] = {
    checked_rule("C4:B5", "mdl-unmapped-partial", Evidence::presence),
    checked_rule("C4:B6", "mdl-unmapped-unmapped", Evidence::presence, "", "DA:6"),
    checked_rule("C4:B9", "mdl-unmapped-at-wrong-user-address", Evidence::absence),
    checked_rule("DA:3", "mapping-freed-at-wrong-address", Evidence::presence),
    checked_rule("DA:5", "mdl-changed-while-mapped", Evidence::absence),
};

constexpr Op kOperations[] = {Op::mdl_unmap};

constexpr std::uint64_t page_of(std::uint64_t address) { return address / 4096; }

class MdlUnmap final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const Mdl* mdl = before.mdls().find(step[Operand::address]);
    if (is_open_user_mapping(mdl, step)) return;
    // Under Wine, where all is user space, only the MDL's own flags and addresses speak.
    if (before.is_user_address(step[Operand::object])) {
      return unmap_user(mdl, step, before, sink);
    }
    if (before.may_be_user_address(step[Operand::object])) return;
    unmap_system(mdl, step, before, sink);
  }

 private:
  static bool is_open_user_mapping(const Mdl* mdl, const Step& step) {
    if (mdl == nullptr) return false;
    const std::uint64_t process = step[Operand::process];
    for (const MdlMapping& one : mdl->user) {
      const bool same = one.process == 0 || process == 0 || one.process == process;
      if (same && page_of(one.address) == page_of(step[Operand::object])) return true;
    }
    return false;
  }

  // Somebody else may have mapped an MDL of which no mapping was seen.
  static void unmap_user(const Mdl* mdl, const Step& step, const World& world, FindingSink& sink) {
    if (mdl == nullptr || !mdl->had_user_mapping) return;
    Finding finding = mdl_finding(
        kRules[kUserAddress], 0, step, world,
        fmt::format("{} unmapped the user address {:#x} of the MDL at {:#x}, which is not mapped "
                    "there in this process.",
                    driver_name(world, step.driver), step[Operand::object], mdl->address));
    finding.parameters = {finding.rule->code, step[Operand::object], mdl->address, 0};
    finding.rests_on = mdl->user.empty() ? 0 : mdl->user.back().mapped.position;
    sink.report(std::move(finding));
  }

  static void unmap_system(const Mdl* mdl, const Step& step, const World& world,
                           FindingSink& sink) {
    const std::uint64_t flags = step[Operand::flags];
    const std::string call = fmt::format("{} unmapped the MDL at {:#x}",
                                         driver_name(world, step.driver), step[Operand::address]);
    const bool is_partial = (flags & replay::kMdlPartial) != 0;
    // MmPrepareMdlForReuse unmaps a partial MDL that has been mapped.
    if (is_partial && (flags & replay::kMdlPartialMapped) != 0) return;
    if (is_partial) {
      return sink.report(mdl_finding(kRules[kPartial], replay::kMdlPartial, step, world,
                                     call + ", which is a partial one."));
    }
    if ((flags & replay::kMdlMapped) == 0) {
      return sink.report(mdl_finding(kRules[kNotMapped], replay::kMdlMapped, step, world,
                                     call + ", which has no mapping."));
    }
    check_address(mdl, call, step, world, sink);
  }

  static void check_address(const Mdl* mdl, const std::string& call, const Step& step,
                            const World& world, FindingSink& sink) {
    const std::uint64_t given = step[Operand::object];
    const std::uint64_t mapped = step[Operand::extra];
    if (mapped != 0 && page_of(mapped) != page_of(given)) {
      Finding finding =
          mdl_finding(kRules[kWrongAddress], 0, step, world,
                      fmt::format("{} at {:#x}, but it is mapped at {:#x}.", call, given, mapped));
      finding.parameters = {finding.rule->code, step[Operand::address], mapped, given};
      return sink.report(std::move(finding));
    }
    const bool is_known = mdl != nullptr && mdl->system.address == given &&
                          mdl->system.start != 0 && step[Operand::described] != 0;
    if (!is_known || mdl->system.start == step[Operand::described]) return;
    Finding finding = mdl_finding(
        kRules[kStartChanged], 0, step, world,
        fmt::format("{}, whose start address was {:#x} when it was mapped and is {:#x} now.", call,
                    mdl->system.start, step[Operand::described]));
    finding.parameters = {finding.rule->code, mdl->address, mdl->system.start,
                          step[Operand::described]};
    finding.rests_on = mdl->system.mapped.position;
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_mdl_unmap() { return std::make_unique<MdlUnmap>(); }

}  // namespace ddireplay::checkers
