#include "tools/docs/ddis_page.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "format/freestanding/ddi_table.h"
#include "tools/docs/markdown.h"
#include "tools/report/append.h"

namespace ddireplay::tools {
namespace {

using format::DdiRow;
using format::Family;
using format::Field;
using format::Layout;
using format::Source;
using format::When;

constexpr std::string_view kIntroduction =
    "<!-- Made by `./dev docs` from the DDI table. Don't edit. -->\n"
    "\n"
    "# DDIs\n"
    "\n"
    "What the recorder knows by name. Of every call it keeps the time, the thread, the processor, "
    "the\n"
    "IRQL, the stack, all arguments, and the result where the call is recorded at its return. What "
    "it\n"
    "reads besides is in the last column: `[Mdl+0xa]` is memory at that distance from an "
    "argument.\n"
    "\n"
    "A release is recorded when it is entered, an acquisition when it returns: so an address that\n"
    "another processor reuses at once can't be read as a double free. `both` is for calls in "
    "which\n"
    "others take place, and for callbacks; `never` for routines that inspect their caller's "
    "frame.\n"
    "\n"
    "An import that is not in the table is recorded all the same, with four arguments and its "
    "result.\n"
    "Routines of the family `runtime` are no DDIs: they are left alone unless asked for.\n"
    "\n";

constexpr std::string_view kTableHead =
    "| name | recorded at | prototype | read besides |\n|---|---|---|---|\n";

constexpr std::string_view when_text(When when) {
  switch (when) {
    case When::entry:
      return "entry";
    case When::exit:
      return "return";
    case When::both:
      return "both";
    case When::never:
      break;
  }
  return "never";
}

std::string memory_operand(std::string_view base, std::int32_t offset) {
  if (offset < 0) return fmt::format("[{}-{:#x}]", base, -offset);
  return offset == 0 ? fmt::format("[{}]", base) : fmt::format("[{}+{:#x}]", base, offset);
}

// "FlagsAfter = [Mdl+0xa], at return"
std::string read_text(const Layout& layout, const Field& field) {
  const std::string operand = memory_operand(layout.fields[field.base].name, field.offset);
  const std::string code = cell_code(fmt::format("{} = {}", field.name, operand));
  return field.source == Source::memory_at_exit ? code + " at return" : code;
}

// "DeferredRoutine is a callback, cb:Dpc"
std::string wrap_text(const Layout& layout, const format::Wrap& wrap) {
  const std::string_view base = layout.fields[wrap.base].name;
  const std::string routine =
      wrap.in_memory ? memory_operand(base, wrap.offset) : std::string(base);
  return fmt::format("{} becomes {}", cell_code(routine), cell_code(wrap.callback));
}

std::string besides(const DdiRow& row) {
  const Layout layout = row.layout();
  std::string out;
  const auto add = [&out](const std::string& item) {
    if (!out.empty()) out += "; ";
    out += item;
  };
  for (unsigned i = 0; i < layout.field_count; ++i) {
    const Source source = layout.fields[i].source;
    if (source == Source::memory_at_entry || source == Source::memory_at_exit) {
      add(read_text(layout, layout.fields[i]));
    }
  }
  for (unsigned i = 0; i < layout.wrap_count; ++i) add(wrap_text(layout, layout.wraps[i]));
  return out;
}

std::size_t count_of(Family family) {
  std::size_t count = 0;
  for (const DdiRow& row : format::ddi_table()) count += row.family == family ? 1 : 0;
  return count;
}

std::string family_section(Family family) {
  std::string out =
      fmt::format("\n## {} ({})\n\n{}", format::family_name(family), count_of(family), kTableHead);
  for (const DdiRow& row : format::ddi_table()) {
    if (row.family != family) continue;
    append(out, "| {} | {} | {} | {} |\n", cell_code(row.name), when_text(row.when),
           cell_code(row.prototype), besides(row));
  }
  return out;
}

}  // namespace

std::string ddis_page() {
  std::string out(kIntroduction);
  append(out, "{} rows, by family.\n", format::ddi_table().count);
  for (unsigned i = 0; i < static_cast<unsigned>(Family::unknown); ++i) {
    if (count_of(Family(i)) != 0) out += family_section(Family(i));
  }
  return out;
}

}  // namespace ddireplay::tools
