#include "recorder/wine/raise.h"

#include "recorder/wine/host_routines.h"

namespace ddireplay::recorder::wine {

void raise_status(NTSTATUS status) {
  host().raise_status(status);
  __builtin_unreachable();
}

}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" void supplied_ExRaiseStatus(NTSTATUS Status) { raise_status(Status); }

extern "C" void supplied_ExRaiseAccessViolation() { raise_status(STATUS_ACCESS_VIOLATION); }

extern "C" void supplied_ExRaiseDatatypeMisalignment() {
  raise_status(STATUS_DATATYPE_MISALIGNMENT);
}
