#include "tools/report/value_text.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "replay/irp_codes.h"
#include "tools/report/text.h"

namespace ddireplay::tools {
namespace {

struct Name {
  std::uint32_t value;
  std::string_view name;
};

constexpr std::array<Name, 30> kStatuses = {{
    {0x00000000, "STATUS_SUCCESS"},
    {0x00000102, "STATUS_TIMEOUT"},
    {0x00000103, "STATUS_PENDING"},
    {0x80000005, "STATUS_BUFFER_OVERFLOW"},
    {0x80000006, "STATUS_NO_MORE_FILES"},
    {0x8000001a, "STATUS_NO_MORE_ENTRIES"},
    {0xc0000001, "STATUS_UNSUCCESSFUL"},
    {0xc0000002, "STATUS_NOT_IMPLEMENTED"},
    {0xc0000004, "STATUS_INFO_LENGTH_MISMATCH"},
    {0xc0000005, "STATUS_ACCESS_VIOLATION"},
    {0xc0000008, "STATUS_INVALID_HANDLE"},
    {0xc000000d, "STATUS_INVALID_PARAMETER"},
    {0xc000000e, "STATUS_NO_SUCH_DEVICE"},
    {0xc0000010, "STATUS_INVALID_DEVICE_REQUEST"},
    {0xc0000017, "STATUS_NO_MEMORY"},
    {0xc0000022, "STATUS_ACCESS_DENIED"},
    {0xc0000023, "STATUS_BUFFER_TOO_SMALL"},
    {0xc0000033, "STATUS_OBJECT_NAME_INVALID"},
    {0xc0000034, "STATUS_OBJECT_NAME_NOT_FOUND"},
    {0xc0000035, "STATUS_OBJECT_NAME_COLLISION"},
    {0xc0000056, "STATUS_DELETE_PENDING"},
    {0xc000009a, "STATUS_INSUFFICIENT_RESOURCES"},
    {0xc00000a3, "STATUS_DEVICE_NOT_READY"},
    {0xc00000b5, "STATUS_IO_TIMEOUT"},
    {0xc00000bb, "STATUS_NOT_SUPPORTED"},
    {0xc0000120, "STATUS_CANCELLED"},
    {0xc000014f, "STATUS_SYNCHRONIZATION_REQUIRED"},
    {0xc0000184, "STATUS_INVALID_DEVICE_STATE"},
    {0xc0000185, "STATUS_IO_DEVICE_ERROR"},
    {0xc0000225, "STATUS_NOT_FOUND"},
}};

constexpr std::array<Name, 9> kPoolTypes = {{
    {0, "NonPagedPool"},
    {1, "PagedPool"},
    {2, "NonPagedPoolMustSucceed"},
    {4, "NonPagedPoolCacheAligned"},
    {5, "PagedPoolCacheAligned"},
    {6, "NonPagedPoolCacheAlignedMustS"},
    {32, "NonPagedPoolSession"},
    {33, "PagedPoolSession"},
    {512, "NonPagedPoolNx"},
}};

template <std::size_t count>
std::string named(const std::array<Name, count>& names, std::uint32_t value) {
  for (const Name& row : names) {
    if (row.value == value) return std::string(row.name);
  }
  return fmt::format("{:#x}", value);
}

// 100 ns units: negative is a span from now, positive a moment since 1601.
std::string time_text(std::int64_t value) {
  if (value > 0) return fmt::format("{:#x}", value);
  if (value == 0) return "0";
  const std::uint64_t units = 0 - static_cast<std::uint64_t>(value);
  if (units % 10'000 == 0) return fmt::format("-{} ms", units / 10'000);
  return fmt::format("-{}.{:01} us", units / 10, units % 10);
}

std::int64_t sign_extended(std::uint64_t value, unsigned bytes) {
  const unsigned unused_bits = 64 - 8 * bytes;
  return static_cast<std::int64_t>(value << unused_bits) >> unused_bits;
}

std::string integer_text(const format::Field& field, std::uint64_t value, unsigned bytes) {
  if (field.is_signed) return fmt::format("{}", sign_extended(value, bytes));
  return value < 10 ? fmt::format("{}", value) : fmt::format("{:#x}", value);
}

std::string major_text(std::uint64_t major) {
  const std::string_view name = replay::irp_major_name(major);
  return name.empty() ? fmt::format("{:#x}", major) : std::string(name);
}

}  // namespace

std::string status_text(std::uint32_t status) { return named(kStatuses, status); }

std::string value_text(const format::Field& field, std::uint64_t value, unsigned pointer_bytes) {
  const unsigned bytes = field.bytes(pointer_bytes);
  switch (field.kind) {
    case format::Kind::integer:
      return integer_text(field, value, bytes);
    case format::Kind::address:
      return value == 0 ? "NULL" : prefixed_pointer(value, bytes);
    case format::Kind::tag:
      return fmt::format("'{}'", tag_text(static_cast<std::uint32_t>(value)));
    case format::Kind::irql:
      return irql_name(value);
    case format::Kind::status:
      return status_text(static_cast<std::uint32_t>(value));
    case format::Kind::boolean:
      return value == 0 ? "FALSE" : "TRUE";
    case format::Kind::pool_type:
      return named(kPoolTypes, static_cast<std::uint32_t>(value));
    case format::Kind::time:
      return time_text(sign_extended(value, bytes));
    case format::Kind::irp_major:
      return major_text(value);
    case format::Kind::size:
    case format::Kind::flags:
    case format::Kind::page:
    case format::Kind::handle:
      return fmt::format("{:#x}", value);
  }
  return fmt::format("{:#x}", value);
}

}  // namespace ddireplay::tools
