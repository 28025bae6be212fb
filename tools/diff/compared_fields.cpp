#include "tools/diff/compared_fields.h"

#include <algorithm>
#include <string_view>

namespace ddireplay::tools::diff {
namespace {

using format::Field;
using format::Kind;
using format::Source;

struct Noise {
  std::string_view function;  // empty: any
  std::string_view field;
};

constexpr Noise kNoise[] = {
    // What depends on where a block happens to lie.
    {"", "MdlSize"},
    {"", "ChargedBytes"},
    // Counts that others change as well.
    {"", "PointerCount"},
    {"", "ReferenceCount"},
    {"", "CookieValue"},
    {"ObDereferenceObject", "return"},
    {"ObReferenceObject", "return"},
    {"ObfDereferenceObject", "return"},
    {"ObfDereferenceObjectWithTag", "return"},
    {"ObfReferenceObject", "return"},
    {"ObfReferenceObjectWithTag", "return"},
    // Whether somebody else came first.
    {"KeReadStateEvent", "return"},
    {"KeReadStateTimer", "return"},
    {"KeResetEvent", "return"},
    {"KeSetEvent", "return"},
    // Numbers of the machine and of the moment.
    {"DbgPrint", "return"},
    {"DbgPrintEx", "return"},
    {"KeGetCurrentProcessorNumber", "return"},
    {"KeGetCurrentProcessorNumberEx", "return"},
    {"KeQueryActiveProcessorCount", "return"},
    {"KeQueryActiveProcessors", "return"},
    {"KeQueryInterruptTime", "return"},
    {"KeQueryPerformanceCounter", "return"},
    {"KeQueryTickCount", "return"},
    {"KeQueryTimeIncrement", "return"},
    {"RtlRandom", "return"},
    {"RtlRandomEx", "return"},
    // Of the image another build has another size; what a request holds before anybody has set it
    // is left from the one before.
    {"cb:DriverEntry", "DriverSize"},
    {"cb:ImageLoad", "ImageSize"},
    {"cb:ImageUnload", "ImageSize"},
    {"cb:Attached", "ImageSize"},
    {"cb:Dispatch", "Status"},
    {"cb:Dispatch", "Information"},
    {"cb:Dispatch", "Control"},
};

// Request parameters that are numbers: a bit for each of the three.
struct NumberParameters {
  std::uint8_t major;
  std::uint8_t numbers;
};
constexpr std::uint8_t kRead = 3;
constexpr std::uint8_t kWrite = 4;
constexpr NumberParameters kNumberParameters[] = {
    {0, 0b010},       // create: options
    {kRead, 0b111},   // length, key, offset
    {kWrite, 0b111},  //
    {5, 0b011},       // query information: length, class
    {6, 0b011},       // set information
    {10, 0b011},      // query volume information
    {11, 0b011},      // set volume information
    {14, 0b111},      // device control: both lengths, code
    {15, 0b111},      // internal device control
    {22, 0b110},      // power: type, state
};

bool is_noise(const format::Function& function, const Field& field) {
  if (field.source == Source::sample_at_entry || field.source == Source::sample_at_exit) {
    return true;
  }
  // Of an MDL: the part of an address within its page.
  if (field.name == "ByteOffset" && field.source != Source::argument) return true;
  return std::ranges::any_of(kNoise, [&](const Noise& row) {
    return row.field == field.name && (row.function.empty() || row.function == function.name);
  });
}

ValueKind kind_of(const Field& field) {
  switch (field.kind) {
    case Kind::address:
    case Kind::handle:
      return ValueKind::reference;
    case Kind::time:
      return ValueKind::time;
    default:
      return ValueKind::scalar;
  }
}

}  // namespace

std::vector<ComparedField> compared_fields(const format::Function& function,
                                           unsigned pointer_bytes) {
  std::vector<ComparedField> fields;
  // Nobody knows what the arguments of an undescribed function are.
  if (function.family == format::Family::unknown) return fields;
  for (std::uint8_t i = 0; i < function.layout.field_count; ++i) {
    const Field& field = function.layout.fields[i];
    if (is_noise(function, field)) continue;
    fields.push_back({.field = i,
                      .mask = field.mask(pointer_bytes),
                      .kind = kind_of(field),
                      .may_be_address = field.kind == Kind::integer && field.width == 0});
  }
  return fields;
}

std::uint64_t parameter_mask(std::uint64_t major, unsigned number) {
  const auto row = std::ranges::find(kNumberParameters, major, &NumberParameters::major);
  if (row == std::end(kNumberParameters) || (row->numbers >> number & 1) == 0) return 0;
  // Lengths and codes have 32 bits, whatever lies in the other half of their slot.
  const bool is_offset = number == 2 && (major == kRead || major == kWrite);
  return is_offset ? ~std::uint64_t{0} : 0xffffffff;
}

std::uint64_t compared_time(std::int64_t value) {
  constexpr std::int64_t kMillisecond = 10'000;
  if (value >= 0) return value == 0 ? 0 : 1;
  return value % kMillisecond == 0 ? static_cast<std::uint64_t>(value) : 2;
}

}  // namespace ddireplay::tools::diff
