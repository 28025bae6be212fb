#include "recorder/control/status_name.h"

#include <windows.h>

#include <cstdio>

namespace ddireplay::recorder::control {

namespace {

struct StatusName {
  std::uint32_t status;
  const char* name;
};

// What loading a driver, opening a file and waiting for threads can end in.
constexpr StatusName kNames[] = {
    {0x00000000, "STATUS_SUCCESS"},
    {0x00000102, "STATUS_TIMEOUT"},
    {0xc0000001, "STATUS_UNSUCCESSFUL"},
    {0xc0000002, "STATUS_NOT_IMPLEMENTED"},
    {0xc0000005, "STATUS_ACCESS_VIOLATION"},
    {0xc000000d, "STATUS_INVALID_PARAMETER"},
    {0xc000000e, "STATUS_NO_SUCH_DEVICE"},
    {0xc000000f, "STATUS_NO_SUCH_FILE"},
    {0xc0000010, "STATUS_INVALID_DEVICE_REQUEST"},
    {0xc0000017, "STATUS_NO_MEMORY"},
    {0xc0000022, "STATUS_ACCESS_DENIED"},
    {0xc0000034, "STATUS_OBJECT_NAME_NOT_FOUND"},
    {0xc0000035, "STATUS_OBJECT_NAME_COLLISION"},
    {0xc000003a, "STATUS_OBJECT_PATH_NOT_FOUND"},
    {0xc0000043, "STATUS_SHARING_VIOLATION"},
    {0xc0000061, "STATUS_PRIVILEGE_NOT_HELD"},
    {0xc000007b, "STATUS_INVALID_IMAGE_FORMAT"},
    {0xc000007f, "STATUS_DISK_FULL"},
    {0xc000009a, "STATUS_INSUFFICIENT_RESOURCES"},
    {0xc00000b5, "STATUS_IO_TIMEOUT"},
    {0xc00000ba, "STATUS_FILE_IS_A_DIRECTORY"},
    {0xc00000bb, "STATUS_NOT_SUPPORTED"},
    {0xc0000103, "STATUS_NOT_A_DIRECTORY"},
    {0xc000010e, "STATUS_IMAGE_ALREADY_LOADED"},
    {0xc0000135, "STATUS_DLL_NOT_FOUND"},
    {0xc0000139, "STATUS_ENTRYPOINT_NOT_FOUND"},
    {0xc0000142, "STATUS_DLL_INIT_FAILED"},
    {0xc0000184, "STATUS_INVALID_DEVICE_STATE"},
    {0xc0000263, "STATUS_DRIVER_ENTRYPOINT_NOT_FOUND"},
    {0xc000026c, "STATUS_DRIVER_UNABLE_TO_LOAD"},
    {0xc0000365, "STATUS_FAILED_DRIVER_ENTRY"},
    {0xc0000428, "STATUS_INVALID_IMAGE_HASH"},
    {0x80000011, "STATUS_DEVICE_BUSY"},
};

}  // namespace

std::string status_text(std::int32_t status) {
  char number[16];
  std::snprintf(number, sizeof(number), "0x%08x", static_cast<unsigned>(status));
  for (const StatusName& known : kNames) {
    if (known.status == static_cast<std::uint32_t>(status)) {
      return std::string(known.name) + " (" + number + ")";
    }
  }
  return std::string("NTSTATUS ") + number;
}

std::string error_text(std::uint32_t error) {
  char message[256] = "";
  FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, error, 0,
                 message, sizeof(message), nullptr);
  std::string text = message;
  while (!text.empty() && (text.back() <= ' ' || text.back() == '.')) text.pop_back();
  const std::string number = "error " + std::to_string(error);
  return text.empty() ? number : text + " (" + number + ")";
}

}  // namespace ddireplay::recorder::control
