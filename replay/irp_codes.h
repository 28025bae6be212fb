// The major function codes of requests, and minor ones; flags of their stack locations.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace ddireplay::replay {

inline constexpr std::uint8_t kMajorCreate = 0x00;
inline constexpr std::uint8_t kMajorClose = 0x02;
inline constexpr std::uint8_t kMajorRead = 0x03;
inline constexpr std::uint8_t kMajorWrite = 0x04;
inline constexpr std::uint8_t kMajorDeviceControl = 0x0e;
inline constexpr std::uint8_t kMajorInternalDeviceControl = 0x0f;
inline constexpr std::uint8_t kMajorShutdown = 0x10;
inline constexpr std::uint8_t kMajorCleanup = 0x12;
inline constexpr std::uint8_t kMajorPower = 0x16;
inline constexpr std::uint8_t kMajorSystemControl = 0x17;
inline constexpr std::uint8_t kMajorPnp = 0x1b;

// Of IRP_MJ_PNP.
inline constexpr std::uint8_t kMinorStartDevice = 0x00;
inline constexpr std::uint8_t kMinorQueryRemoveDevice = 0x01;
inline constexpr std::uint8_t kMinorRemoveDevice = 0x02;
inline constexpr std::uint8_t kMinorSurpriseRemoval = 0x17;
// Of IRP_MJ_POWER.
inline constexpr std::uint8_t kMinorSetPower = 0x02;

// IO_STACK_LOCATION.Control has SL_PENDING_RETURNED: IoMarkIrpPending sets it.
constexpr bool is_marked_pending(std::uint64_t control) { return (control & 0x01) != 0; }

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
  return major == kMajorDeviceControl || major == kMajorInternalDeviceControl;
}

}  // namespace ddireplay::replay
