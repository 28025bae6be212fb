// The major function codes of requests.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ddireplay::replay {

// "IRP_MJ_DEVICE_CONTROL"; empty where no request has that code.
constexpr std::string_view irp_major_name(std::uint64_t major) {
  constexpr std::array<std::string_view, 28> kNames = {
      "IRP_MJ_CREATE",
      "IRP_MJ_CREATE_NAMED_PIPE",
      "IRP_MJ_CLOSE",
      "IRP_MJ_READ",
      "IRP_MJ_WRITE",
      "IRP_MJ_QUERY_INFORMATION",
      "IRP_MJ_SET_INFORMATION",
      "IRP_MJ_QUERY_EA",
      "IRP_MJ_SET_EA",
      "IRP_MJ_FLUSH_BUFFERS",
      "IRP_MJ_QUERY_VOLUME_INFORMATION",
      "IRP_MJ_SET_VOLUME_INFORMATION",
      "IRP_MJ_DIRECTORY_CONTROL",
      "IRP_MJ_FILE_SYSTEM_CONTROL",
      "IRP_MJ_DEVICE_CONTROL",
      "IRP_MJ_INTERNAL_DEVICE_CONTROL",
      "IRP_MJ_SHUTDOWN",
      "IRP_MJ_LOCK_CONTROL",
      "IRP_MJ_CLEANUP",
      "IRP_MJ_CREATE_MAILSLOT",
      "IRP_MJ_QUERY_SECURITY",
      "IRP_MJ_SET_SECURITY",
      "IRP_MJ_POWER",
      "IRP_MJ_SYSTEM_CONTROL",
      "IRP_MJ_DEVICE_CHANGE",
      "IRP_MJ_QUERY_QUOTA",
      "IRP_MJ_SET_QUOTA",
      "IRP_MJ_PNP",
  };
  return major < kNames.size() ? kNames[major] : std::string_view{};
}

// A device control request, the internal kind too: one of its parameters is an I/O control code.
constexpr bool has_control_code(std::uint64_t major) {
  constexpr std::uint64_t kDeviceControl = 0x0e;
  constexpr std::uint64_t kInternalDeviceControl = 0x0f;
  return major == kDeviceControl || major == kInternalDeviceControl;
}

}  // namespace ddireplay::replay
