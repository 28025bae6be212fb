// What is captured of a call, derived from the call's documented prototype.
//
// A row of the DDI table (ddi_table.h) says it in two lines of text:
//
//   prototype  "PVOID (POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)"
//   derived    "FlagsBefore:u16=[Mdl+0xa]; FlagsAfter:u16=[Mdl+0xa]@exit; wrap Routine cb:Dpc"
//
// The prototype is the WDK's. Each parameter becomes a field; its type gives the field's width and
// the way it is shown. `derived` adds what the arguments alone don't tell:
//
//   NAME:WIDTH[:KIND]=[BASE+OFFSET]        read memory at entry; BASE is a field named before
//   NAME:WIDTH[:KIND]=[BASE+OFFSET]@exit   the same at return; BASE may also be `return`
//   NAME:WIDTH[:KIND]=%SAMPLE              state of the machine at entry: one of the samples below
//   NAME:WIDTH[:KIND]=%SAMPLE@exit         the same at return
//   wrap PARAMETER CALLBACK                PARAMETER is a routine of the driver: it is replaced by
//                                          a stub that records CALLBACK (a row of the table)
//   wrap [BASE+OFFSET] CALLBACK            the same for a pointer in memory, replaced at entry
//
// OFFSET may be negative: [StackLocation-0x48].
//
// WIDTH: u8 u16 u32 u64 i8 i16 i32 i64 ptr. Values of an event at entry: the parameters, then what
// is read at entry. At return: those again, then the result (named `return`), then what is read
// there. So an event at return tells everything by itself.
//
// A trace carries these two lines for every function in it. A reader parses them with the code
// below, so a trace is read by its own layout, not by the layout that the table has by then.
//
// Freestanding: this header is compiled into the kernel; the table's rows are parsed by the
// compiler.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ddireplay::format {

// How a value is meant, and so how it is shown.
enum class Kind : std::uint8_t {
  integer,
  address,
  size,
  flags,
  tag,  // four characters
  irql,
  status,  // NTSTATUS
  boolean,
  handle,
  pool_type,  // POOL_TYPE: a bit field
  time,       // 100 ns units; negative: relative
  irp_major,  // IRP_MJ_...
  page,       // number of a page of physical memory
};

enum class Source : std::uint8_t {
  argument,
  memory_at_entry,
  sample_at_entry,
  result,
  memory_at_exit,
  sample_at_exit,
};

// What the machine is asked for. 0 is always: not known.
enum class Sample : std::uint8_t {
  stack_pointer,  // at entry of the function; only there
  stack_low,      // limits of the current kernel stack
  stack_high,
  process,     // EPROCESS address
  interrupts,  // 1: they are off, 2: they are on (RFLAGS.IF)
  apcs,        // 1: enabled, 2: normal kernel APCs are disabled, 3: all are
};
inline constexpr std::uint64_t kInterruptsOff = 1;
inline constexpr std::uint64_t kInterruptsOn = 2;
inline constexpr std::uint64_t kApcsEnabled = 1;
inline constexpr std::uint64_t kNormalApcsDisabled = 2;
inline constexpr std::uint64_t kAllApcsDisabled = 3;

inline constexpr std::size_t kMaxFields = 24;
inline constexpr std::size_t kMaxArguments = 16;
inline constexpr std::size_t kMaxWraps = 3;

struct Field {
  std::string_view name;  // points into the row's text
  Kind kind = Kind::integer;
  Source source = Source::argument;
  std::uint8_t width = 0;  // bytes: 1, 2, 4, 8; 0: a pointer of the recorded machine
  bool is_signed = false;
  std::uint8_t base = 0;    // argument: its number. memory: number of the field it is read through
  std::int32_t offset = 0;  // memory: bytes from the base
  Sample sample = Sample::stack_pointer;  // where it is one

  // On a machine with pointers of that size: its bytes, and the bits of a value that are theirs.
  constexpr unsigned bytes(unsigned pointer_bytes) const {
    return width != 0 ? width : pointer_bytes;
  }
  constexpr std::uint64_t mask(unsigned pointer_bytes) const {
    return ~std::uint64_t{0} >> (64 - 8 * bytes(pointer_bytes));
  }
};

// A routine of the driver that is to be replaced by a recording stub.
struct Wrap {
  std::string_view callback;  // name of the callback's row
  std::uint8_t base = 0;      // number of the field
  bool in_memory = false;     // the pointer stands at [field + offset]; else the field, an argument
  std::int32_t offset = 0;
};

struct Layout {
  Field fields[kMaxFields];
  Wrap wraps[kMaxWraps];
  std::uint8_t field_count = 0;  // values of an event at return
  std::uint8_t entry_count = 0;  // values of an event at entry: the first ones of `fields`
  std::uint8_t argument_count = 0;
  std::uint8_t wrap_count = 0;
  bool returns_value = false;
  const char* error = nullptr;  // set: the text is malformed, and why

  // Number of the field of that name, or -1.
  constexpr int find(std::string_view name) const {
    for (int i = 0; i < field_count; ++i) {
      if (fields[i].name == name) return i;
    }
    return -1;
  }
};

namespace layout_detail {

struct TypeFacts {
  std::string_view name;
  std::uint8_t width;
  bool is_signed;
  Kind kind;
};

// Types that are no pointer though their name begins with P, or whose kind is worth showing.
// A type that is missing here is a pointer when it looks like one, else an enumeration (4 bytes).
inline constexpr TypeFacts kTypes[] = {
    {"POOL_TYPE", 4, false, Kind::pool_type},
    {"POOL_FLAGS", 8, false, Kind::flags},
    {"SIZE_T", 0, false, Kind::size},
    {"ULONG_PTR", 0, false, Kind::integer},
    {"LONG_PTR", 0, true, Kind::integer},
    {"KAFFINITY", 0, false, Kind::flags},
    {"ERESOURCE_THREAD", 0, false, Kind::integer},
    {"KSPIN_LOCK", 0, false, Kind::integer},
    {"HANDLE", 0, false, Kind::handle},
    {"NTSTATUS", 4, true, Kind::status},
    {"BOOLEAN", 1, false, Kind::boolean},
    {"LOGICAL", 4, false, Kind::boolean},
    {"KIRQL", 1, false, Kind::irql},
    {"CHAR", 1, true, Kind::integer},
    {"CCHAR", 1, true, Kind::integer},
    {"UCHAR", 1, false, Kind::integer},
    {"KPROCESSOR_MODE", 1, true, Kind::integer},
    {"SHORT", 2, true, Kind::integer},
    {"CSHORT", 2, true, Kind::integer},
    {"USHORT", 2, false, Kind::integer},
    {"WCHAR", 2, false, Kind::integer},
    {"LONG", 4, true, Kind::integer},
    {"KPRIORITY", 4, true, Kind::integer},
    {"ULONG", 4, false, Kind::integer},
    {"ACCESS_MASK", 4, false, Kind::flags},
    {"DEVICE_TYPE", 4, false, Kind::integer},
    {"LONGLONG", 8, true, Kind::integer},
    {"ULONGLONG", 8, false, Kind::integer},
    {"ULONG64", 8, false, Kind::integer},
    {"REGHANDLE", 8, false, Kind::handle},
    {"KSPIN_LOCK_QUEUE_NUMBER", 8, false, Kind::integer},
    {"LARGE_INTEGER", 8, true, Kind::time},
    {"PHYSICAL_ADDRESS", 8, false, Kind::address},
    {"POWER_STATE", 4, false, Kind::integer},
    {"POWER_STATE_TYPE", 4, false, Kind::integer},
};

struct WidthName {
  std::string_view name;
  std::uint8_t width;
  bool is_signed;
};
inline constexpr WidthName kWidths[] = {
    {"u8", 1, false}, {"u16", 2, false}, {"u32", 4, false}, {"u64", 8, false}, {"ptr", 0, false},
    {"i8", 1, true},  {"i16", 2, true},  {"i32", 4, true},  {"i64", 8, true},
};

struct SampleName {
  std::string_view name;
  Sample sample;
};
inline constexpr SampleName kSamples[] = {
    {"stack_pointer", Sample::stack_pointer}, {"stack_low", Sample::stack_low},
    {"stack_high", Sample::stack_high},       {"process", Sample::process},
    {"interrupts", Sample::interrupts},       {"apcs", Sample::apcs},
};

struct KindName {
  std::string_view name;
  Kind kind;
};
inline constexpr KindName kKinds[] = {
    {"integer", Kind::integer},
    {"address", Kind::address},
    {"size", Kind::size},
    {"flags", Kind::flags},
    {"tag", Kind::tag},
    {"irql", Kind::irql},
    {"status", Kind::status},
    {"boolean", Kind::boolean},
    {"handle", Kind::handle},
    {"time", Kind::time},
    {"pool_type", Kind::pool_type},
    {"irp_major", Kind::irp_major},
    {"page", Kind::page},
};

constexpr bool is_space(char c) { return c == ' '; }
constexpr bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$';
}

constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Cuts `text` at the first `separator`; returns what stands before it.
constexpr std::string_view cut(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view head = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return trim(head);
}

// The last word of `text`, taken off it.
constexpr std::string_view take_last_word(std::string_view& text) {
  std::size_t begin = text.size();
  while (begin > 0 && is_word(text[begin - 1])) --begin;
  const std::string_view word = text.substr(begin);
  text = trim(text.substr(0, begin));
  return word;
}

constexpr bool looks_like_pointer(std::string_view type) {
  return type.find('*') != std::string_view::npos || type.starts_with("P") ||
         type.starts_with("LP");
}

constexpr std::string_view without_qualifiers(std::string_view type) {
  while (true) {
    if (type.starts_with("const ")) {
      type = trim(type.substr(6));
    } else if (type.starts_with("struct ")) {
      type = trim(type.substr(7));
    } else {
      return type;
    }
  }
}

constexpr void set_type(Field& field, std::string_view type) {
  type = without_qualifiers(trim(type));
  for (const TypeFacts& known : kTypes) {
    if (known.name == type) {
      field.width = known.width;
      field.is_signed = known.is_signed;
      field.kind = known.kind;
      return;
    }
  }
  const bool pointer = looks_like_pointer(type);
  field.width = pointer ? 0 : 4;
  field.kind = pointer ? Kind::address : Kind::integer;
}

constexpr bool parse_number(std::string_view text, std::int32_t& value) {
  const bool hexadecimal = text.starts_with("0x");
  if (hexadecimal) text.remove_prefix(2);
  if (text.empty() || text.size() > 7) return false;
  value = 0;
  for (const char c : text) {
    int digit = -1;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (hexadecimal && c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    if (digit < 0) return false;
    value = value * (hexadecimal ? 16 : 10) + digit;
  }
  return true;
}

constexpr bool add_field(Layout& layout, const Field& field) {
  if (layout.field_count == kMaxFields) {
    layout.error = "too many fields";
    return false;
  }
  if (field.name.empty()) {
    layout.error = "a field has no name";
    return false;
  }
  if (layout.find(field.name) >= 0) {
    layout.error = "two fields have the same name";
    return false;
  }
  layout.fields[layout.field_count++] = field;
  return true;
}

constexpr bool parse_parameters(Layout& layout, std::string_view list) {
  if (trim(list) == "VOID" || trim(list).empty()) return true;
  while (!list.empty()) {
    std::string_view type = cut(list, ',');
    Field field;
    field.name = take_last_word(type);
    if (type.empty()) {
      layout.error = "a parameter has a type or a name, not both";
      return false;
    }
    set_type(field, type);
    if (field.name == "Tag" || field.name == "PoolTag") field.kind = Kind::tag;
    if (layout.argument_count == kMaxArguments) {
      layout.error = "too many parameters";
      return false;
    }
    field.base = layout.argument_count++;
    if (!add_field(layout, field)) return false;
  }
  return true;
}

// "[BASE+OFFSET]" with BASE the name of a field of pointer width that stands before.
constexpr bool parse_memory(Layout& layout, std::string_view text, std::uint8_t& base,
                            std::int32_t& offset) {
  layout.error = "malformed memory operand";
  if (!text.starts_with("[") || !text.ends_with("]")) return false;
  text = text.substr(1, text.size() - 2);
  const bool backwards = text.find('-') != std::string_view::npos;
  const int field = layout.find(cut(text, backwards ? '-' : '+'));
  offset = 0;
  if (!text.empty() && !parse_number(trim(text), offset)) return false;
  if (backwards) offset = -offset;
  if (field < 0 || layout.fields[field].width != 0) {
    layout.error = "a memory operand's base is no pointer";
    return false;
  }
  base = static_cast<std::uint8_t>(field);
  layout.error = nullptr;
  return true;
}

constexpr bool parse_wrap(Layout& layout, std::string_view item) {
  Wrap wrap;
  std::string_view rest = trim(item.substr(5));
  const std::string_view what = cut(rest, ' ');
  wrap.callback = trim(rest);
  if (what.starts_with("[")) {
    wrap.in_memory = true;
    if (!parse_memory(layout, what, wrap.base, wrap.offset)) return false;
  } else {
    const int field = layout.find(what);
    if (field < 0 || layout.fields[field].source != Source::argument) {
      layout.error = "wrap names no parameter";
      return false;
    }
    wrap.base = static_cast<std::uint8_t>(field);
  }
  if (layout.wrap_count == kMaxWraps || !wrap.callback.starts_with("cb:")) {
    layout.error = "malformed wrap";
    return false;
  }
  layout.wraps[layout.wrap_count++] = wrap;
  return true;
}

// "%SAMPLE"
constexpr bool parse_sample(Layout& layout, std::string_view text, bool at_exit, Field& field) {
  for (const SampleName& known : kSamples) {
    if (known.name != text.substr(1)) continue;
    field.sample = known.sample;
    field.source = at_exit ? Source::sample_at_exit : Source::sample_at_entry;
    if (!at_exit || known.sample != Sample::stack_pointer) return true;
  }
  layout.error = "unknown sample of a derived field";
  return false;
}

constexpr bool parse_read(Layout& layout, std::string_view item, bool at_exit) {
  std::string_view operand = item;
  std::string_view head = cut(operand, '=');
  operand = trim(operand);
  if (at_exit) operand = operand.substr(0, operand.find('@'));
  Field field;
  field.name = cut(head, ':');
  const std::string_view width = cut(head, ':');
  const std::string_view kind = trim(head);
  layout.error = "unknown width or kind of a derived field";
  bool known = false;
  for (const WidthName& w : kWidths) {
    if (w.name != width) continue;
    field.width = w.width;
    field.is_signed = w.is_signed;
    field.kind = w.width == 0 ? Kind::address : Kind::integer;
    known = true;
  }
  if (!known) return false;
  known = kind.empty();
  for (const KindName& k : kKinds) {
    if (k.name != kind) continue;
    field.kind = k.kind;
    known = true;
  }
  if (!known) return false;
  if (operand.starts_with("%")) {
    layout.error = nullptr;
    return parse_sample(layout, operand, at_exit, field) && add_field(layout, field);
  }
  field.source = at_exit ? Source::memory_at_exit : Source::memory_at_entry;
  if (!parse_memory(layout, operand, field.base, field.offset)) return false;
  return add_field(layout, field);
}

// Takes from `derived` what is read at entry (`at_exit` false; wraps too) or at return.
constexpr bool parse_derived(Layout& layout, std::string_view derived, bool at_exit) {
  while (!derived.empty()) {
    const std::string_view item = cut(derived, ';');
    if (item.empty()) continue;
    if (item.starts_with("wrap ")) {
      if (!at_exit && !parse_wrap(layout, item)) return false;
    } else if (item.ends_with("@exit") == at_exit) {
      if (!parse_read(layout, item, at_exit)) return false;
    }
  }
  return true;
}

}  // namespace layout_detail

// Parses the two lines of a row. A malformed text sets `error`; the rest is then not to be used.
// The names in the result point into the texts.
constexpr Layout parse_layout(std::string_view prototype, std::string_view derived) {
  namespace detail = layout_detail;
  Layout layout;
  const std::size_t open = prototype.find('(');
  if (open == std::string_view::npos || !detail::trim(prototype).ends_with(")")) {
    layout.error = "a prototype reads: TYPE (TYPE NAME, ...)";
    return layout;
  }
  const std::size_t close = prototype.rfind(')');
  if (!detail::parse_parameters(layout, prototype.substr(open + 1, close - open - 1)) ||
      !detail::parse_derived(layout, derived, false)) {
    return layout;
  }
  layout.entry_count = layout.field_count;
  const std::string_view type = detail::trim(prototype.substr(0, open));
  if (type != "VOID") {
    Field result;
    result.name = "return";
    result.source = Source::result;
    detail::set_type(result, type);
    layout.returns_value = true;
    if (!detail::add_field(layout, result)) return layout;
  }
  detail::parse_derived(layout, derived, true);
  return layout;
}

}  // namespace ddireplay::format
