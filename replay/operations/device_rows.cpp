// Devices.
#include "replay/operations/rows.h"

namespace ddireplay::replay::operations {

namespace {

using enum Operand;
using enum At;

constexpr OperationRow kRows[] = {
    // Devices.
    {"IoCreateDevice",
     exit,
     Op::device_create,
     {field(address, "Device"), field(extension, "Extension"), field(size, "DeviceExtensionSize")},
     "return"},
    {"IoDeleteDevice",
     entry,
     Op::device_delete,
     {field(address, "DeviceObject"), maybe(extension, "Extension"),
      maybe(count, "ReferenceCount")}},

};

}  // namespace

std::span<const OperationRow> device_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
