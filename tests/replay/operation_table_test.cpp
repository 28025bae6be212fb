#include "replay/operation_table.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "format/freestanding/ddi_table.h"

namespace ddireplay::replay {
namespace {

using format::DdiRow;
using format::Layout;

bool records(const DdiRow& row, At at) {
  return row.when == format::When::both ||
         row.when == (at == At::entry ? format::When::entry : format::When::exit);
}

std::vector<OperationRow> all_rows() {
  std::vector<OperationRow> rows;
  for (const auto table : operation_tables()) rows.insert(rows.end(), table.begin(), table.end());
  return rows;
}

void check_field(const Layout& layout, At at, std::string_view name) {
  const int field = layout.find(name);
  INFO("field " << name);
  CHECK(field >= 0);
  CHECK(field < (at == At::entry ? layout.entry_count : layout.field_count));
}

TEST_CASE("every row binds to the DDI table's layout of its function") {
  for (const OperationRow& row : all_rows()) {
    const DdiRow* ddi = format::find_ddi(row.function);
    // A DDI that the table doesn't have yet is recorded with four arguments and its result.
    const bool is_known = ddi != nullptr;
    if (!is_known) ddi = &format::unknown_ddi();
    INFO(row.function);
    CHECK(records(*ddi, row.at));
    const Layout layout = ddi->layout();
    for (const OperandSource& source : row.operands) {
      if (source.kind == OperandSource::Kind::field) check_field(layout, row.at, source.field);
    }
    if (!row.must_succeed.empty()) check_field(layout, row.at, row.must_succeed);
    if (!row.must_hold.empty()) check_field(layout, row.at, row.must_hold);
  }
}

TEST_CASE("no function has two rows for one moment, and no operand two sources") {
  std::set<std::tuple<std::string, At>> seen;
  for (const OperationRow& row : all_rows()) {
    INFO(row.function);
    CHECK(seen.emplace(row.function, row.at).second);
    std::set<Operand> operands;
    for (const OperandSource& source : row.operands) {
      if (source.kind != OperandSource::Kind::unused) {
        CHECK(operands.insert(source.operand).second);
      }
    }
  }
}

TEST_CASE("every callback of the DDI table that begins and ends is modelled at both moments") {
  for (const DdiRow& ddi : format::ddi_table()) {
    if (ddi.family != format::Family::callback || ddi.when != format::When::both) continue;
    int rows = 0;
    for (const OperationRow& row : all_rows()) rows += row.function == ddi.name;
    INFO(ddi.name);
    CHECK(rows == 2);
  }
}

TEST_CASE("every operation has a name of its own") {
  std::set<std::string_view> names;
  for (std::size_t op = 0; op < kOpCount; ++op) {
    CHECK(names.insert(op_name(static_cast<Op>(op))).second);
  }
}

}  // namespace
}  // namespace ddireplay::replay
