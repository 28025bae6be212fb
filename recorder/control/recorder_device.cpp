#include "recorder/control/recorder_device.h"

#include "recorder/control/status_name.h"
#include "recorder/control/text.h"

namespace ddireplay::recorder::control {

namespace {

// The driver asks for it when the device is opened; administrators have it, but it is off at first.
void enable_load_driver_privilege() {
  HANDLE token = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token)) return;
  TOKEN_PRIVILEGES wanted = {};
  wanted.PrivilegeCount = 1;
  wanted.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
  if (LookupPrivilegeValueW(nullptr, L"SeLoadDriverPrivilege", &wanted.Privileges[0].Luid)) {
    AdjustTokenPrivileges(token, FALSE, &wanted, 0, nullptr, nullptr);
  }
  CloseHandle(token);
}

template <std::size_t Capacity>
void put_text(const std::wstring& text, char16_t (&to)[Capacity]) {
  if (text.size() >= Capacity) {
    throw Failure(Exit::usage,
                  to_utf8(text) + ": longer than " + std::to_string(Capacity - 1) + " characters");
  }
  for (std::size_t i = 0; i < text.size(); ++i) to[i] = static_cast<char16_t>(text[i]);
}

[[noreturn]] void fail_to_ask(DWORD error) {
  if (error == ERROR_INVALID_PARAMETER || error == ERROR_INVALID_FUNCTION) {
    throw Failure(Exit::recorder_failed,
                  "the recorder refuses a request: " + error_text(error) +
                      "; are ddirec.exe and ddirec.sys of the same version?");
  }
  throw Failure(Exit::crashed, "the recorder no longer answers (" + error_text(error) +
                                   "): the driver has crashed, and its kernel with it");
}

}  // namespace

RecorderDevice::RecorderDevice() {
  enable_load_driver_privilege();
  done_ = CreateEventW(nullptr, TRUE, FALSE, nullptr);
  device_ = CreateFileW(L"\\\\.\\ddirec", GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                        FILE_FLAG_OVERLAPPED, nullptr);
  if (device_ != INVALID_HANDLE_VALUE) return;
  const DWORD error = GetLastError();
  throw Failure(Exit::recorder_failed,
                error == ERROR_FILE_NOT_FOUND
                    ? "the recorder isn't loaded; load it with: sc start ddirec"
                    : "the recorder's device can't be opened: " + error_text(error));
}

RecorderDevice::~RecorderDevice() {
  CloseHandle(device_);
  CloseHandle(done_);
}

std::int32_t RecorderDevice::start(const StartOptions& options) {
  StartRequest request = {};
  if (options.targets.size() > kMaxTargets) {
    throw Failure(Exit::usage, "at most " + std::to_string(kMaxTargets) + " targets");
  }
  for (const Target& target : options.targets) {
    put_text(target.file_name, request.targets[request.target_count]);
    put_text(target.service, request.services[request.target_count++]);
  }
  put_text(L"\\??\\" + options.output, request.output);
  request.flags = options.all_imports ? start_flags::all_imports : 0;
  request.ring_kib = options.ring_kib;
  request.stack_depth = options.stack_depth;
  request.flush_ms = options.flush_ms;
  request.flight_mib = options.flight_mib;
  return ask_status(kIoctlStart, request);
}

std::int32_t RecorderDevice::freeze() {
  FreezeRequest request = {};
  return ask_status(kIoctlFreeze, request);
}

std::int32_t RecorderDevice::stop(unsigned wait_ms) {
  StopRequest request = {};
  request.wait_ms = wait_ms;
  return ask_status(kIoctlStop, request);
}

std::optional<std::int32_t> RecorderDevice::load(const std::wstring& service, unsigned limit_ms) {
  return ask_service(kIoctlLoad, service, limit_ms);
}

std::optional<std::int32_t> RecorderDevice::unload(const std::wstring& service, unsigned limit_ms) {
  return ask_service(kIoctlUnload, service, limit_ms);
}

StatusReply RecorderDevice::status() {
  struct {
    Header header;
  } request = {};
  StatusReply reply = {};
  ask(kIoctlStatus, request, reply);
  return reply;
}

std::vector<Hook> RecorderDevice::hooks() {
  std::vector<Hook> hooks;
  HooksRequest request = {};
  HooksReply reply = {};
  do {
    ask(kIoctlHooks, request, reply);
    hooks.insert(hooks.end(), reply.hooks, reply.hooks + reply.count);
    request.first = reply.next;
  } while (reply.next != 0);
  return hooks;
}

template <class Request, class Answer>
bool RecorderDevice::ask(std::uint32_t code, Request& request, Answer& answer, unsigned limit_ms) {
  request.header = {sizeof(request), kVersion};
  OVERLAPPED pending = {};
  pending.hEvent = done_;
  if (!DeviceIoControl(device_, code, &request, sizeof(request), &answer, sizeof(answer), nullptr,
                       &pending) &&
      GetLastError() != ERROR_IO_PENDING) {
    fail_to_ask(GetLastError());
  }
  DWORD returned = 0;
  if (!finish(pending, limit_ms, returned)) return false;
  if (returned != sizeof(answer) || answer.header.version != kVersion) {
    throw Failure(Exit::recorder_failed, "the recorder's answer is of another version");
  }
  return true;
}

// What is cancelled may be done all the same.
bool RecorderDevice::finish(OVERLAPPED& request, unsigned limit_ms, DWORD& returned) {
  const bool late = WaitForSingleObject(done_, limit_ms) == WAIT_TIMEOUT;
  if (late) CancelIoEx(device_, &request);
  if (GetOverlappedResult(device_, &request, &returned, TRUE)) return true;
  const DWORD error = GetLastError();
  if (!late || error != ERROR_OPERATION_ABORTED) fail_to_ask(error);
  return false;
}

template <class Request>
std::int32_t RecorderDevice::ask_status(std::uint32_t code, Request& request) {
  Reply reply = {};
  ask(code, request, reply);
  return reply.status;
}

std::optional<std::int32_t> RecorderDevice::ask_service(std::uint32_t code,
                                                        const std::wstring& service,
                                                        unsigned limit_ms) {
  ServiceRequest request = {};
  put_text(service, request.service);
  Reply reply = {};
  if (!ask(code, request, reply, limit_ms)) return std::nullopt;
  return reply.status;
}

void require_done(std::optional<std::int32_t> status, Exit code, const std::string& what) {
  if (!status) {
    const char* routine = code == Exit::load_failed ? "DriverEntry" : "DriverUnload";
    throw Failure(code, what + ": its " + routine + " has not returned in time (--limit-ms)");
  }
  if (*status >= 0) return;
  // The second is Wine's word for the first.
  const auto number = static_cast<std::uint32_t>(*status);
  const bool lacks_module = number == 0xc0000135 || number == 0xc0000142;
  throw Failure(code, what + ": " + status_text(*status) +
                          (lacks_module ? "; is a module that it imports from missing?" : ""));
}

}  // namespace ddireplay::recorder::control
