// What passes between ddirec.exe and ddirec.sys: requests to the device \\.\ddirec.
//
// A request begins with its size and the version of this header; the driver refuses what it doesn't
// know with STATUS_INVALID_PARAMETER. A request that is well-formed succeeds as an ioctl, and its
// reply says by an NTSTATUS how it went: what an ioctl itself returns reaches a program only as a
// Win32 error, in which many NTSTATUS values look alike.
#pragma once

#include <stdint.h>

namespace ddireplay::recorder::control {

inline constexpr uint32_t kVersion = 3;

inline constexpr char16_t kDeviceName[] = u"\\Device\\ddirec";
inline constexpr char16_t kLinkName[] = u"\\DosDevices\\ddirec";

// CTL_CODE(FILE_DEVICE_UNKNOWN, function, METHOD_BUFFERED, FILE_READ_DATA | FILE_WRITE_DATA)
constexpr uint32_t ioctl_code(uint32_t function) {
  return 0x22u << 16 | 3u << 14 | (0x800u + function) << 2;
}
inline constexpr uint32_t kIoctlStart = ioctl_code(0);   // StartRequest -> Reply
inline constexpr uint32_t kIoctlStop = ioctl_code(1);    // StopRequest -> Reply
inline constexpr uint32_t kIoctlLoad = ioctl_code(2);    // ServiceRequest -> Reply
inline constexpr uint32_t kIoctlUnload = ioctl_code(3);  // ServiceRequest -> Reply
inline constexpr uint32_t kIoctlStatus = ioctl_code(4);  // Header -> StatusReply
inline constexpr uint32_t kIoctlHooks = ioctl_code(5);   // HooksRequest -> HooksReply
inline constexpr uint32_t kIoctlFreeze = ioctl_code(6);  // FreezeRequest -> Reply
// Loading and unloading are answered when they are done. To cancel the request ends the waiting,
// not the work.

inline constexpr uint32_t kMaxTargets = 8;
inline constexpr uint32_t kNameCharacters = 64;
inline constexpr uint32_t kPathCharacters = 512;
inline constexpr uint32_t kHooksPerReply = 64;

struct Header {
  uint32_t size;  // of the whole structure
  uint32_t version;
};

struct Reply {
  Header header;
  int32_t status;  // NTSTATUS
  uint32_t reserved;
};

namespace start_flags {
inline constexpr uint32_t all_imports = 1;  // hook the C run-time exports, too
}

// All texts are terminated with 0.
struct StartRequest {
  Header header;
  uint32_t flags;
  uint32_t ring_kib;     // memory per processor; a power of two
  uint32_t stack_depth;  // frames; 0: no stacks
  uint32_t flush_ms;     // events are in the file after this time at the latest
  uint32_t target_count;
  uint32_t flight_mib;  // 0: all events are kept; else the newest chunks, so much of them
  char16_t targets[kMaxTargets][kNameCharacters];  // file names, as in MyDriver.sys
  // Of its service, which the system names the driver's object after; empty: the file's name
  // without its extension.
  char16_t services[kMaxTargets][kNameCharacters];
  char16_t output[kPathCharacters];  // as in \??\C:\trace.ddt
};

inline constexpr uint32_t kFlightMibMax = 1024;
inline constexpr uint32_t kRingKibMin = 64;
inline constexpr uint32_t kRingKibMax = 64 * 1024;
inline constexpr uint32_t kStackDepthMax = 64;
inline constexpr uint32_t kFlushMsMin = 10;
inline constexpr uint32_t kFlushMsMax = 60 * 1000;
inline constexpr uint32_t kStopWaitMsMax = 600 * 1000;

struct StopRequest {
  Header header;
  uint32_t reason;   // EndReason of the trace, when nothing worse happened: stopped, time_limit
  uint32_t wait_ms;  // for threads to leave recorded calls
};

// A flight recording takes no more events, and is written to its file. Answered when that is done;
// stopping it remains to be done.
struct FreezeRequest {
  Header header;
};

struct ServiceRequest {
  Header header;
  char16_t service[kNameCharacters];  // name of its key under ...\Services
};

enum class State : uint32_t {
  idle = 0,
  recording = 1,
  ended = 2,  // stopped; the recorder's code is still in use by a driver or a thread
};

struct StatusReply {
  Header header;
  State state;
  uint32_t end_reason;  // EndReason of the last recording
  uint64_t events;
  uint64_t lost_events;
  uint64_t lost_stacks;
  uint64_t bytes;
  uint64_t threads_inside;
  uint32_t targets_loaded;
  uint32_t hooks;
  uint32_t hooks_never_reached;
  uint32_t on_wine;
  int32_t write_status;       // NTSTATUS of the last write to the trace
  uint32_t service_requests;  // in progress: drivers that are just loaded or unloaded
};

struct HooksRequest {
  Header header;
  uint32_t first;  // place in the recorder's table
  uint32_t reserved;
};

struct Hook {
  char module[kNameCharacters];
  char name[kNameCharacters];
  uint64_t calls;
};

struct HooksReply {
  Header header;
  uint32_t count;
  uint32_t next;  // `first` of the next request; 0: that was all
  Hook hooks[kHooksPerReply];
};

static_assert(sizeof(StartRequest) ==
              32 + 2 * (2 * kMaxTargets * kNameCharacters + kPathCharacters));
static_assert(sizeof(StatusReply) == 80 && sizeof(Hook) == 136);

}  // namespace ddireplay::recorder::control
