// References to objects of the object manager.
#include "replay/operations/rows.h"

namespace ddireplay::replay::operations {

namespace {

using enum Operand;
using enum At;

constexpr OperationRow drops(std::string_view name) {
  return {name, entry, Op::object_dereference, {field(address, "Object")}};
}

constexpr OperationRow references_pointer(std::string_view name) {
  return {name,
          exit,
          Op::object_reference,
          {field(address, "Object"), field(count, "PointerCount"),
           fixed(kind, static_cast<std::uint64_t>(ObjectReference::by_pointer))},
          "return"};
}

constexpr OperationRow kRows[] = {
    reports("ObfReferenceObject", Op::object_reference, "Object"),
    reports("ObfReferenceObjectWithTag", Op::object_reference, "Object"),
    references_pointer("ObReferenceObjectByPointer"),
    references_pointer("ObReferenceObjectByPointerWithTag"),
    {"IoGetAttachedDeviceReference",
     exit,
     Op::object_reference,
     {field(address, "return"),
      fixed(kind, static_cast<std::uint64_t>(ObjectReference::attached_device))}},
    drops("ObDereferenceObject"),
    drops("ObDereferenceObjectDeferDelete"),
    drops("ObfDereferenceObject"),
    drops("ObfDereferenceObjectWithTag"),
    reports("ObfDereferenceObject", Op::object_dereference_done, "Object"),
    reports("ObfDereferenceObjectWithTag", Op::object_dereference_done, "Object"),
};

}  // namespace

std::span<const OperationRow> reference_rows() { return kRows; }

}  // namespace ddireplay::replay::operations
