// How a prototype and its derived fields become a layout.
#include "format/freestanding/ddi_layout.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

namespace ddireplay::format {
namespace {

TEST_CASE("parameters and result become fields") {
  const Layout layout =
      parse_layout("PVOID (POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)", "");
  REQUIRE(layout.error == nullptr);
  REQUIRE(layout.field_count == 4);
  CHECK(layout.entry_count == 3);
  CHECK(layout.argument_count == 3);
  CHECK(layout.returns_value);
  CHECK(layout.fields[0].name == "PoolType");
  CHECK(layout.fields[0].kind == Kind::pool_type);
  CHECK(layout.fields[1].kind == Kind::size);
  CHECK(layout.fields[1].width == 0);
  CHECK(layout.fields[2].kind == Kind::tag);
  CHECK(layout.fields[2].width == 4);
  CHECK(layout.fields[2].base == 2);
  CHECK(layout.fields[3].name == "return");
  CHECK(layout.fields[3].source == Source::result);
  CHECK(layout.fields[3].kind == Kind::address);
}

TEST_CASE("no parameters, in three spellings") {
  for (const char* prototype : {"VOID ()", "VOID (VOID)", "VOID( )"}) {
    const Layout layout = parse_layout(prototype, "");
    CAPTURE(prototype);
    CHECK(layout.error == nullptr);
    CHECK(layout.field_count == 0);
    CHECK_FALSE(layout.returns_value);
  }
}

TEST_CASE("types decide width, sign and kind") {
  const Layout layout = parse_layout(
      "NTSTATUS (const GUID* Guid, LARGE_INTEGER Due, CCHAR Boost, struct _X* Pointer, "
      "WAIT_TYPE Enumeration, LPSTR Text)",
      "");
  REQUIRE(layout.error == nullptr);
  const auto is = [&](int at, std::uint8_t width, bool is_signed, Kind kind) {
    const Field& field = layout.fields[at];
    return field.width == width && field.is_signed == is_signed && field.kind == kind;
  };
  CHECK(is(0, 0, false, Kind::address));
  CHECK(is(1, 8, true, Kind::time));
  CHECK(is(2, 1, true, Kind::integer));
  CHECK(is(3, 0, false, Kind::address));
  CHECK(is(4, 4, false, Kind::integer));
  CHECK(is(5, 0, false, Kind::address));
  CHECK(is(6, 4, true, Kind::status));
}

TEST_CASE("derived fields are read at entry or at return") {
  const Layout layout =
      parse_layout("VOID (PMDL Mdl, PVOID* Out)",
                   "After:u16:flags=[Mdl+0xa]@exit; Before:u16:flags=[Mdl+0xa]; Deep:ptr=[Out]; "
                   "Deeper:i32=[Deep+8]");
  REQUIRE(layout.error == nullptr);
  CHECK(layout.entry_count == 5);
  CHECK(layout.field_count == 6);
  CHECK(layout.fields[2].name == "Before");
  CHECK(layout.fields[2].source == Source::memory_at_entry);
  CHECK(layout.fields[2].offset == 10);
  CHECK(layout.fields[2].kind == Kind::flags);
  CHECK(layout.fields[4].base == 3);
  CHECK(layout.fields[4].is_signed);
  CHECK(layout.fields[5].name == "After");
  CHECK(layout.fields[5].source == Source::memory_at_exit);
}

TEST_CASE("what the result points to is read at return") {
  const Layout layout = parse_layout("PMDL (ULONG Length)", "Size:u16=[return+0x8]@exit");
  REQUIRE(layout.error == nullptr);
  CHECK(layout.fields[2].base == 1);
}

TEST_CASE("memory in front of its base is read, too") {
  const Layout layout =
      parse_layout("VOID (PIRP Irp)", "Next:ptr=[Irp-0x48]; wrap [Irp-0x10] cb:X");
  REQUIRE(layout.error == nullptr);
  CHECK(layout.fields[1].offset == -0x48);
  CHECK(layout.wraps[0].offset == -0x10);
}

TEST_CASE("the machine is sampled at entry or at return") {
  const Layout layout = parse_layout(
      "VOID (PIRP Irp)", "After:u8=%apcs@exit; Before:u8=%apcs; Stack:ptr=%stack_pointer");
  REQUIRE(layout.error == nullptr);
  CHECK(layout.entry_count == 3);
  CHECK(layout.fields[1].source == Source::sample_at_entry);
  CHECK(layout.fields[1].sample == Sample::apcs);
  CHECK(layout.fields[2].sample == Sample::stack_pointer);
  CHECK(layout.fields[3].source == Source::sample_at_exit);
}

TEST_CASE("routines of the driver are wrapped") {
  const Layout layout =
      parse_layout("VOID (PWORK_QUEUE_ITEM WorkItem, PVOID Routine)",
                   "wrap Routine cb:WorkItem; wrap [WorkItem+0x10] cb:WorkerRoutine");
  REQUIRE(layout.error == nullptr);
  REQUIRE(layout.wrap_count == 2);
  CHECK(layout.wraps[0].callback == "cb:WorkItem");
  CHECK(layout.wraps[0].base == 1);
  CHECK_FALSE(layout.wraps[0].in_memory);
  CHECK(layout.wraps[1].in_memory);
  CHECK(layout.wraps[1].offset == 0x10);
}

TEST_CASE("malformed texts are refused") {
  const auto error = [](std::string_view prototype, std::string_view derived) {
    const Layout layout = parse_layout(prototype, derived);
    return std::string(layout.error == nullptr ? "" : layout.error);
  };
  constexpr std::string_view kGood = "VOID (PVOID A)";
  CHECK(error("VOID", "") == "a prototype reads: TYPE (TYPE NAME, ...)");
  CHECK(error("VOID (PVOID A", "") == "a prototype reads: TYPE (TYPE NAME, ...)");
  CHECK(error("VOID (PVOID)", "") == "a parameter has a type or a name, not both");
  CHECK(error("VOID (PVOID A, PVOID A)", "") == "two fields have the same name");
  CHECK(error(kGood, "B:u16=A+1") == "malformed memory operand");
  CHECK(error(kGood, "B@exit") == "unknown width or kind of a derived field");
  CHECK(error(kGood, "B:u16=@exit") == "malformed memory operand");
  CHECK(error(kGood, "B:u17=[A]") == "unknown width or kind of a derived field");
  CHECK(error(kGood, "B:u16:colour=[A]") == "unknown width or kind of a derived field");
  CHECK(error(kGood, "B:u16=[Q]") == "a memory operand's base is no pointer");
  CHECK(error(kGood, "B:u16=[A+99999999]") == "malformed memory operand");
  CHECK(error(kGood, ":u16=[A]") == "a field has no name");
  CHECK(error(kGood, "B:u16=%") == "unknown sample of a derived field");
  CHECK(error(kGood, "B:u16=%cr3") == "unknown sample of a derived field");
  CHECK(error(kGood, "B:ptr=%stack_pointer@exit") == "unknown sample of a derived field");
  CHECK(error(kGood, "wrap B cb:Dpc") == "wrap names no parameter");
  CHECK(error(kGood, "wrap A Dpc") == "malformed wrap");
  std::string many = "VOID (PVOID A0";
  for (std::size_t i = 1; i <= kMaxArguments; ++i) many += ", PVOID A" + std::to_string(i);
  CHECK(error(many + ")", "") == "too many parameters");
}

// Traces carry these texts, so they may be anything. Run under the sanitizers.
TEST_CASE("no text is fatal") {
  constexpr std::string_view kWords[] = {
      "VOID", "(",     ")",   "PVOID A", ",", "A", "[",   "]",      "+",   "=", "@exit", ":",
      ";",    "wrap ", "u16", "0x",      "9", " ", "cb:", "return", "ptr", "-", "%",     "apcs"};
  std::mt19937 random(5);
  const auto make = [&] {
    std::string text;
    for (auto i = random() % 12; i > 0; --i) text += kWords[random() % std::size(kWords)];
    return text;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string prototype = i % 2 == 0 ? make() : "VOID (PVOID A)";
    const std::string derived = make();
    const Layout layout = parse_layout(prototype, derived);
    if (layout.error == nullptr) CHECK(layout.entry_count <= layout.field_count);
  }
}

}  // namespace
}  // namespace ddireplay::format
