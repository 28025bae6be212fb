// Handles: who gives them, who closes them, who uses them.
#include "replay/operations/rows.h"

namespace ddireplay::replay::operations {

namespace {

using enum Operand;
using enum At;

constexpr OperationRow opens(std::string_view name, HandleKind what = HandleKind::other) {
  return {name,
          exit,
          Op::handle_open,
          {field(handle, "Opened"), fixed(kind, static_cast<std::uint64_t>(what))},
          "return"};
}
// Those that return an object; where they fail there is no handle either.
constexpr OperationRow opens_event(std::string_view name) {
  return {name, exit, Op::handle_open, {field(handle, "Opened")}};
}
constexpr OperationRow uses(std::string_view name, std::string_view parameter) {
  return {name, exit, Op::handle_use, {field(handle, parameter), field(status, "return")}};
}
constexpr OperationRow references(std::string_view name) {
  return {name,
          exit,
          Op::handle_reference,
          {field(handle, "Handle"), field(mode, "AccessMode"), field(type, "ObjectType"),
           field(status, "return"), maybe(process, "Process"), maybe(object, "Body")}};
}

constexpr OperationRow kRows[] = {
    opens("IoCreateFile"),
    opens("IoCreateFileEx"),
    opens("IoCreateFileSpecifyDeviceObjectHint"),
    opens_event("IoCreateNotificationEvent"),
    opens_event("IoCreateSynchronizationEvent"),
    opens("IoGetDeviceDirectory"),
    opens("IoGetDriverDirectory"),
    opens("IoOpenDeviceInterfaceRegistryKey"),
    opens("IoOpenDeviceRegistryKey"),
    opens("NtCreateFile"),
    opens("ObOpenObjectByPointer"),
    opens("ZwCreateDirectoryObject"),
    opens("ZwCreateEvent"),
    opens("ZwCreateFile"),
    opens("ZwCreateKey", HandleKind::created_key),
    opens("ZwCreateKeyTransacted", HandleKind::created_key),
    opens("ZwCreateSection"),
    opens("ZwDuplicateObject"),
    opens("ZwOpenFile"),
    opens("ZwOpenKey", HandleKind::opened_key),
    opens("ZwOpenKeyEx", HandleKind::opened_key),
    {"IoCreateSystemThread", exit, Op::handle_open, {field(handle, "Handle")}, "return"},
    {"NtClose", entry, Op::handle_close, {field(handle, "Handle")}},
    {"ZwClose", entry, Op::handle_close, {field(handle, "Handle")}},
    references("ObReferenceObjectByHandle"),
    references("ObReferenceObjectByHandleWithTag"),
    uses("NtSetInformationFile", "FileHandle"),
    uses("NtWriteFile", "FileHandle"),
    uses("ZwDeleteKey", "KeyHandle"),
    uses("ZwDeleteValueKey", "KeyHandle"),
    uses("ZwEnumerateKey", "KeyHandle"),
    uses("ZwEnumerateValueKey", "KeyHandle"),
    uses("ZwFlushBuffersFile", "FileHandle"),
    uses("ZwFlushBuffersFileEx", "Handle"),
    uses("ZwFlushKey", "KeyHandle"),
    uses("ZwMapViewOfSection", "SectionHandle"),
    uses("ZwNotifyChangeKey", "KeyHandle"),
    uses("ZwQueryInformationFile", "FileHandle"),
    uses("ZwQueryKey", "KeyHandle"),
    uses("ZwQueryObject", "Handle"),
    uses("ZwQueryValueKey", "KeyHandle"),
    uses("ZwReadFile", "FileHandle"),
    uses("ZwRenameKey", "KeyHandle"),
    uses("ZwSetEaFile", "FileHandle"),
    uses("ZwSetInformationFile", "FileHandle"),
    uses("ZwSetInformationKey", "Handle"),
    uses("ZwSetValueKey", "KeyHandle"),
    uses("ZwWriteFile", "FileHandle"),
};

}  // namespace

std::span<const OperationRow> handle_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
