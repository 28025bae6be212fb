// The DDI table is sound, beyond what the compiler checks.
#include "format/freestanding/ddi_table.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "format/freestanding/chunk_encoder.h"

namespace ddireplay::format {
namespace {

TEST_CASE("every row is found by its name") {
  for (const DdiRow& row : ddi_table()) {
    CAPTURE(row.name);
    CHECK(find_ddi(row.name) == &row);
  }
  CHECK(find_ddi("") == nullptr);
  CHECK(find_ddi("ExAlocatePool") == nullptr);
  CHECK(find_ddi("zzz") == nullptr);
}

TEST_CASE("every wrapped routine is a callback of the table") {
  for (const DdiRow& row : ddi_table()) {
    const Layout layout = row.layout();
    for (std::size_t i = 0; i < layout.wrap_count; ++i) {
      CAPTURE(row.name, layout.wraps[i].callback);
      const DdiRow* const callback = find_ddi(layout.wraps[i].callback);
      REQUIRE(callback != nullptr);
      CHECK(callback->family == Family::callback);
    }
  }
}

TEST_CASE("what is read at return is read by rows that are recorded then") {
  for (const DdiRow& row : ddi_table()) {
    CAPTURE(row.name);
    const Layout layout = row.layout();
    const bool reads_at_exit = layout.field_count > layout.entry_count + layout.returns_value;
    if (row.when == When::entry) CHECK_FALSE(reads_at_exit);
  }
}

TEST_CASE("texts fit what an encoder counts on") {
  for (const DdiRow& row : ddi_table()) {
    CAPTURE(row.name);
    CHECK(row.name.size() + row.prototype.size() + row.derived.size() <= kFunctionTextBytes);
  }
}

TEST_CASE("families have names of their own") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(Family::unknown); ++i) {
    names.insert(family_name(static_cast<Family>(i)));
  }
  CHECK(names.size() == static_cast<std::size_t>(Family::unknown) + 1);
}

TEST_CASE("an import that the table doesn't have is recorded by its first arguments") {
  const Layout layout = unknown_ddi().layout();
  CHECK(layout.argument_count == 4);
  CHECK(layout.returns_value);
  CHECK(unknown_ddi().when == When::exit);
}

}  // namespace
}  // namespace ddireplay::format
