#include "tools/ending/exception_name.h"

#include <algorithm>
#include <iterator>

namespace ddireplay::tools {
namespace {

struct NamedCode {
  std::uint32_t code;
  std::string_view name;
};

constexpr NamedCode kNames[] = {
    {0x80000002, "datatype misalignment"},
    {0x80000003, "breakpoint"},
    {kWineStub, "routine that Wine does not have"},
    {kAccessViolation, "access violation"},
    {0xc0000006, "in-page error"},
    {0xc0000008, "invalid handle"},
    {0xc000001d, "illegal instruction"},
    {0xc0000025, "noncontinuable exception"},
    {0xc000008c, "array bounds exceeded"},
    {0xc0000094, "integer division by zero"},
    {0xc0000095, "integer overflow"},
    {0xc0000096, "privileged instruction"},
    {0xc00000fd, "stack overflow"},
    {0xc0000194, "possible deadlock"},
    {0xc0000374, "heap corruption"},
    {0xc0000409, "stack buffer overrun"},
};

}  // namespace

std::string_view exception_name(std::uint32_t code) {
  const auto* const found = std::ranges::find(kNames, code, &NamedCode::code);
  return found == std::end(kNames) ? "exception" : found->name;
}

}  // namespace ddireplay::tools
