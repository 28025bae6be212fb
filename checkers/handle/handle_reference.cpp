// Handles that a driver references for the wrong mode, or that are no handles at all.

#include <fmt/format.h>

#include <array>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"
#include "replay/world.h"

namespace ddireplay::checkers {

namespace {

using replay::Evidence;
using replay::Finding;
using replay::Op;
using replay::Operand;
using replay::Rule;
using replay::Step;
using replay::World;

enum { kBadHandle, kNullHandle, kUserHandle, kKernelHandle };

const Rule kRules[] = {
    checked_rule("C4:3C", "bad-handle-referenced", Evidence::presence),
    checked_rule("C4:F5", "null-handle-referenced", Evidence::presence),
    checked_rule("C4:F6", "user-handle-referenced-for-kernel", Evidence::presence),
    checked_rule("C4:F7", "kernel-handle-referenced-for-user", Evidence::presence),
};

constexpr Op kOperations[] = {Op::handle_reference};

constexpr std::uint32_t kStatusInvalidHandle = 0xc0000008;
constexpr std::uint32_t kStatusObjectTypeMismatch = 0xc0000024;

// Handles of user processes are small numbers; what is neither that nor of the kernel's table
// stands for something (the current process or thread).
constexpr std::uint64_t kUserHandleMax = 0x7fffffff;

class HandleReference final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, replay::FindingSink& sink) override {
    const std::uint64_t handle = step[Operand::handle];
    const std::uint64_t process = step[Operand::process];
    const std::uint64_t system = before.handles().system_process();
    const bool place_is_known = before.handles().tables_differ() && process != 0 && system != 0;
    if (step[Operand::mode] != 0) {
      const bool is_kernel = before.handles().is_kernel(handle);
      if (place_is_known && is_kernel && process == system) {
        report(kKernelHandle, {step[Operand::type], step[Operand::mode]},
               "a handle of the kernel for user mode, in the System process", step, before, sink);
      }
      return;
    }
    if (handle == 0) {
      return report(kNullHandle, {step[Operand::type], 0}, "no handle", step, before, sink);
    }
    if (place_is_known && handle <= kUserHandleMax && process != system) {
      report(kUserHandle, {process, call_site(before, step)},
             "a handle of the current process for kernel mode", step, before, sink);
    }
    if (!step.event->raised() && is_bad(static_cast<std::uint32_t>(step[Operand::status]))) {
      report(kBadHandle, {step[Operand::type], 0}, "a handle that is closed or of another type",
             step, before, sink);
    }
  }

 private:
  static bool is_bad(std::uint32_t status) {
    return status == kStatusInvalidHandle || status == kStatusObjectTypeMismatch;
  }

  // `rest`: what stands behind the handle in the parameters.
  static void report(int rule, const std::array<std::uint64_t, 2>& rest, std::string_view what,
                     const Step& step, const World& world, replay::FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[rule];
    const std::uint64_t handle = step[Operand::handle];
    finding.parameters = {finding.rule->code, handle, rest[0], rest[1]};
    finding.sentence = fmt::format("{} called {} with {:#x}, {}.", driver_name(world, step.driver),
                                   function_name(world, step), handle, what);
    finding.objects.push_back({.kind = "call", .biography = {}});
    add_entry(finding.objects.back(), replay::Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_handle_reference() {
  return std::make_unique<HandleReference>();
}

}  // namespace ddireplay::checkers
