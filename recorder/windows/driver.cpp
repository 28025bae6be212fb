// ddirec.sys: the same binary on Windows 10 and 11 x64 and on Wine.
#include "recorder/windows/control_device.h"
#include "recorder/windows/session.h"
#include "recorder/windows/system.h"

namespace ddireplay::recorder {
namespace {

VOID NTAPI unload(PDRIVER_OBJECT driver) {
  delete_control_device(driver);
  session_shutdown();
}

}  // namespace
}  // namespace ddireplay::recorder

extern "C" NTSTATUS NTAPI DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING) {
  using namespace ddireplay::recorder;
  find_out_system(driver);
  if (current_system().clock_hz == 0) return STATUS_NOT_SUPPORTED;
  session_init(driver, unload);
  return create_control_device(driver);
}
