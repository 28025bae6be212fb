// Object references. Wine counts them; tags are for a debugger that isn't there.
#include "recorder/wine/kernel.h"

// Wine has no way to ask for an object's type by its address: any type is taken for right.
extern "C" NTSTATUS supplied_ObReferenceObjectByPointer(PVOID Object, ACCESS_MASK, POBJECT_TYPE,
                                                        KPROCESSOR_MODE) {
  ObfReferenceObject(Object);
  return STATUS_SUCCESS;
}

extern "C" NTSTATUS supplied_ObReferenceObjectByPointerWithTag(PVOID Object, ACCESS_MASK,
                                                               POBJECT_TYPE, KPROCESSOR_MODE,
                                                               ULONG) {
  ObfReferenceObject(Object);
  return STATUS_SUCCESS;
}

extern "C" NTSTATUS supplied_ObReferenceObjectByHandleWithTag(
    HANDLE Handle, ACCESS_MASK DesiredAccess, POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
    ULONG, PVOID* Object, POBJECT_HANDLE_INFORMATION HandleInformation) {
  return ObReferenceObjectByHandle(Handle, DesiredAccess, ObjectType, AccessMode, Object,
                                   HandleInformation);
}

extern "C" LONG_PTR supplied_ObfReferenceObjectWithTag(PVOID Object, ULONG) {
  return ObfReferenceObject(Object);
}

extern "C" LONG_PTR supplied_ObfDereferenceObjectWithTag(PVOID Object, ULONG) {
  return ObfDereferenceObject(Object);
}

extern "C" void supplied_ObDereferenceObjectDeferDelete(PVOID Object) {
  ObfDereferenceObject(Object);
}

extern "C" void supplied_ObDereferenceObjectDeferDeleteWithTag(PVOID Object, ULONG) {
  ObfDereferenceObject(Object);
}
