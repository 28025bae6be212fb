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
    {"IoAttachDeviceToDeviceStack",
     exit,
     Op::device_attach,
     {field(address, "SourceDevice"), field(device, "TargetDevice"), field(object, "return"),
      maybe(flags, "LowerFlags"), maybe(type, "LowerType")}},
    {"IoAttachDeviceToDeviceStackSafe",
     exit,
     Op::device_attach,
     {field(address, "SourceDevice"), field(device, "TargetDevice"), maybe(object, "Lower"),
      maybe(flags, "LowerFlags"), maybe(type, "LowerType")},
     "return"},
    {"IoAttachDevice",
     exit,
     Op::device_attach,
     {field(address, "SourceDevice"), maybe(object, "Lower"), maybe(flags, "LowerFlags"),
      maybe(type, "LowerType")},
     "return"},
    {"IoDetachDevice",
     entry,
     Op::device_detach,
     {field(address, "TargetDevice"), maybe(type, "Type"), maybe(object, "AttachedDevice")}},

};

}  // namespace

std::span<const OperationRow> device_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
