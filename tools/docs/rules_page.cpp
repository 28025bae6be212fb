#include "tools/docs/rules_page.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>

#include "checkers/ledger/bug_checks.h"
#include "checkers/ledger/row_id.h"
#include "replay/text_case.h"
#include "tools/docs/markdown.h"
#include "tools/report/append.h"

namespace ddireplay::tools {
namespace {

using checkers::Ledger;
using checkers::LedgerRow;
using checkers::Status;

constexpr std::string_view kIntroduction =
    "<!-- Made by `./dev docs` from the rules and the ledger. Don't edit. -->\n"
    "\n"
    "# Rules\n"
    "\n"
    "Every rule that Driver Verifier and its documentation name, and what became of it here.\n"
    "`ddireplay rules ID` says more of each: parameters, what is legal though it looks alike, how "
    "to\n"
    "fix the driver.\n"
    "\n"
    "- **checked**: a checker reports it. `by C4:10`: under that id.\n"
    "  `on request`: `--rules` has to name it; no option of the standard settings checks it, or it "
    "is\n"
    "  advice.\n"
    "- **not yet**: recorded calls decide it, some of its cases where it says *in part*; no "
    "checker\n"
    "  does so yet. What a checker has to know, and the recorder to write down, is in the last "
    "column.\n"
    "- **needs more than calls**: the calls alone can't tell. What could, is in the last column.\n"
    "- **out of scope**: it is not about calls to the kernel, or not about the driver. The last "
    "column\n"
    "  says why.\n"
    "\n";

constexpr std::string_view kTableHead =
    "| id | status | rule | fires when, and what it takes |\n|---|---|---|---|\n";

// "C4", "WDM"
std::string_view family_of(const LedgerRow& row) { return row.id.substr(0, row.id.find(':')); }

using Counts = std::array<std::size_t, checkers::kStatusCount>;

std::string count_cells(const Counts& counts) {
  std::size_t sum = 0;
  for (const std::size_t count : counts) sum += count;
  std::string cells = fmt::format(" {} |", sum);
  for (const std::size_t count : counts) append(cells, " {} |", count);
  return cells + "\n";
}

std::string heading(const LedgerRow& row) {
  return checkers::bug_check_heading(checkers::parts_of(row.id).bug_check);
}

// What a heading is called in a link to it.
std::string anchor(std::string_view heading) {
  std::string anchor;
  for (const char c : heading) anchor += c == ' ' ? '-' : replay::fold_case(c);
  return anchor;
}

std::string counts_table(const Ledger& ledger) {
  std::string out = "| bug check | rules |";
  for (std::size_t i = 0; i < checkers::kStatusCount; ++i) {
    append(out, " {} |", checkers::status_text(Status(i)));
  }
  out += "\n|---|---|---|---|---|---|\n";
  const LedgerRow* first = &checkers::ledger_rows().front();
  Counts counts{};
  const auto end_family = [&] {
    append(out, "| [{}](#{}) |{}", family_of(*first), anchor(heading(*first)), count_cells(counts));
    counts = {};
  };
  for (const LedgerRow& row : checkers::ledger_rows()) {
    if (family_of(row) != family_of(*first)) {
      end_family();
      first = &row;
    }
    ++counts[static_cast<std::size_t>(ledger.status(row))];
  }
  end_family();
  append(out, "| **all** |{}", count_cells(ledger.counts()));
  return out;
}

std::string status_cell(const Ledger& ledger, const LedgerRow& row) {
  std::string cell(checkers::status_text(ledger.status(row)));
  const replay::Rule* rule = ledger.rule_of(row);
  if (rule != nullptr && !checkers::is_own_row(*rule, row)) append(cell, " by {}", rule->id());
  if (row.reach == checkers::Reach::calls_in_part) cell += ", in part";
  if (rule != nullptr && !rule->by_default) cell += ", on request";
  return cell;
}

std::string condition_cell(const Ledger& ledger, const LedgerRow& row) {
  std::string cell = cell_text(row.condition);
  const Status status = ledger.status(row);
  if (status == Status::checked) return cell;
  append(cell, " *{}:* {}", checkers::needs_label(status), cell_text(row.needs));
  return cell;
}

}  // namespace

std::string rules_page(const Ledger& ledger) {
  std::string out(kIntroduction);
  out += counts_table(ledger);
  std::string_view family;
  for (const LedgerRow& row : checkers::ledger_rows()) {
    if (family_of(row) != family) {
      family = family_of(row);
      append(out, "\n## {}\n\n{}", heading(row), kTableHead);
    }
    append(out, "| {} | {} | {} | {} |\n", row.id, status_cell(ledger, row), cell_text(row.title),
           condition_cell(ledger, row));
  }
  return out;
}

}  // namespace ddireplay::tools
