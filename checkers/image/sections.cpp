// Sections of a driver's image that memory protection by a hypervisor refuses to load. They are a
// property of the file: told once, when the image is loaded.

#include <fmt/format.h>

#include "checkers/biography.h"
#include "checkers/ledger/checked_rule.h"
#include "checkers/makers.h"
#include "checkers/text.h"

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

enum { kWritableCode, kNotAligned, kImportsInCode };

const Rule kRules[] = {
    on_request(checked_rule("C4:2003", "writable-executable-section", Evidence::presence)),
    on_request(checked_rule("C4:2004", "section-not-page-aligned", Evidence::presence)),
    on_request(checked_rule("C4:2005", "imports-in-executable-section", Evidence::presence)),
};

constexpr Op kOperations[] = {Op::image_section};

constexpr std::uint64_t kExecutable = 0x20000000;  // IMAGE_SCN_MEM_EXECUTE
constexpr std::uint64_t kWritable = 0x80000000;    // IMAGE_SCN_MEM_WRITE
constexpr std::uint64_t kPageBytes = 4096;

class ImageSections final : public replay::Checker {
 public:
  std::span<const Rule> rules() const override { return kRules; }
  std::span<const Op> operations() const override { return kOperations; }

  void on_step(const Step& step, const World& before, FindingSink& sink) override {
    const std::uint64_t begin = step[Operand::described];
    const std::uint64_t header = step[Operand::object];
    const bool is_executable = (step[Operand::flags] & kExecutable) != 0;
    if (is_executable && (step[Operand::flags] & kWritable) != 0) {
      report(kWritableCode, header, "is both writable and executable", step, before, sink);
    }
    if (begin % kPageBytes != 0) {
      report(kNotAligned, header, "does not begin on a page", step, before, sink);
    }
    const std::uint64_t imports = step[Operand::extra];
    if (is_executable && imports != 0 && imports - begin < step[Operand::length]) {
      report(kImportsInCode, imports,
             fmt::format("is executable and holds the import address table at {:#x}", imports),
             step, before, sink);
    }
  }

 private:
  // The name stands at the beginning of the section's header.
  static void report(int rule, std::uint64_t third, std::string_view what, const Step& step,
                     const World& world, FindingSink& sink) {
    Finding finding;
    finding.rule = &kRules[rule];
    finding.parameters = {finding.rule->code, 0, third, step[Operand::object]};
    finding.sentence =
        fmt::format("The section of {} at {:#x}, {:#x} bytes, {}.", driver_name(world, step.driver),
                    step[Operand::described], step[Operand::length], what);
    finding.objects.push_back({.kind = "section",
                               .address = step[Operand::described],
                               .size = step[Operand::length],
                               .tag = 0,
                               .biography = {}});
    add_entry(finding.objects.back(), Role::violated, step.moment());
    sink.report(std::move(finding));
  }
};

}  // namespace

std::unique_ptr<replay::Checker> make_image_sections() { return std::make_unique<ImageSections>(); }

}  // namespace ddireplay::checkers
