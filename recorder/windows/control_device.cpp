#include "recorder/windows/control_device.h"

#include "recorder/control/ioctl.h"
#include "recorder/windows/service_requests.h"
#include "recorder/windows/session.h"

namespace ddireplay::recorder {

namespace {

using control::Header;

// Whoever opens the device can load drivers and write files with the kernel's rights: it takes the
// privilege that loading a driver takes. (The default security of a device is more generous.)
bool may_open() {
  const LUID load_driver = RtlConvertLongToLuid(SE_LOAD_DRIVER_PRIVILEGE);
  return SeSinglePrivilegeCheck(load_driver, UserMode);
}

// The request in the buffer, if it is whole and of this version.
template <class Request>
const Request* request_in(const void* buffer, ULONG bytes) {
  const auto* request = static_cast<const Request*>(buffer);
  const bool is_whole = buffer != nullptr && bytes == sizeof(Request);
  if (!is_whole || request->header.size != sizeof(Request) ||
      request->header.version != control::kVersion) {
    return nullptr;
  }
  return request;
}

struct Outcome {
  NTSTATUS ioctl = STATUS_INVALID_PARAMETER;  // of the IRP
  ULONG bytes = 0;
};

// The buffer is both request and reply: a handler copies what it needs before it writes.
template <class Request, class Handle>
Outcome answer(void* buffer, ULONG in, ULONG out, const Handle& handle) {
  const Request* request = request_in<Request>(buffer, in);
  if (request == nullptr || out < sizeof(control::Reply)) return {};
  const NTSTATUS status = handle(*request);
  auto* reply = static_cast<control::Reply*>(buffer);
  *reply = {{sizeof(control::Reply), control::kVersion}, status, 0};
  return {STATUS_SUCCESS, sizeof(control::Reply)};
}

Outcome answer_status(void* buffer, ULONG in, ULONG out) {
  struct StatusRequest {
    Header header;
  };
  if (request_in<StatusRequest>(buffer, in) == nullptr || out < sizeof(control::StatusReply)) {
    return {};
  }
  auto* reply = static_cast<control::StatusReply*>(buffer);
  *reply = {};
  reply->header = {sizeof(control::StatusReply), control::kVersion};
  session_status(*reply);
  return {STATUS_SUCCESS, sizeof(control::StatusReply)};
}

Outcome answer_hooks(void* buffer, ULONG in, ULONG out) {
  const auto* request = request_in<control::HooksRequest>(buffer, in);
  if (request == nullptr || out < sizeof(control::HooksReply)) return {};
  const std::uint32_t first = request->first;
  auto* reply = static_cast<control::HooksReply*>(buffer);
  RtlZeroMemory(reply, sizeof(*reply));
  reply->header = {sizeof(control::HooksReply), control::kVersion};
  session_hooks(first, *reply);
  return {STATUS_SUCCESS, sizeof(control::HooksReply)};
}

Outcome control_request(ULONG code, void* buffer, ULONG in, ULONG out) {
  switch (code) {
    case control::kIoctlStart:
      return answer<control::StartRequest>(buffer, in, out, session_start);
    case control::kIoctlStop:
      return answer<control::StopRequest>(buffer, in, out, session_stop);
    case control::kIoctlFreeze:
      return answer<control::FreezeRequest>(
          buffer, in, out, [](const control::FreezeRequest&) { return session_freeze(); });
    case control::kIoctlStatus:
      return answer_status(buffer, in, out);
    case control::kIoctlHooks:
      return answer_hooks(buffer, in, out);
    default:
      return {STATUS_INVALID_DEVICE_REQUEST, 0};
  }
}

NTSTATUS complete(IRP* irp, const Outcome& outcome) {
  irp->IoStatus.Status = outcome.ioctl;
  irp->IoStatus.Information = outcome.bytes;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return outcome.ioctl;
}

NTSTATUS NTAPI dispatch_create(PDEVICE_OBJECT, PIRP irp) {
  return complete(irp, {may_open() ? STATUS_SUCCESS : STATUS_PRIVILEGE_NOT_HELD, 0});
}

NTSTATUS NTAPI dispatch_close(PDEVICE_OBJECT, PIRP irp) {
  return complete(irp, {STATUS_SUCCESS, 0});
}

NTSTATUS service_request(DEVICE_OBJECT* device, IRP* irp, bool load) {
  const auto& parameters = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl;
  const auto* request = request_in<control::ServiceRequest>(irp->AssociatedIrp.SystemBuffer,
                                                            parameters.InputBufferLength);
  if (request == nullptr || parameters.OutputBufferLength < sizeof(control::Reply)) {
    return complete(irp, {});
  }
  return begin_service_request(device, irp, *request, load);
}

NTSTATUS NTAPI dispatch_control(PDEVICE_OBJECT device, PIRP irp) {
  const auto& parameters = IoGetCurrentIrpStackLocation(irp)->Parameters.DeviceIoControl;
  switch (parameters.IoControlCode) {
    case control::kIoctlLoad:
      return service_request(device, irp, true);
    case control::kIoctlUnload:
      return service_request(device, irp, false);
    default:
      return complete(irp,
                      control_request(parameters.IoControlCode, irp->AssociatedIrp.SystemBuffer,
                                      parameters.InputBufferLength, parameters.OutputBufferLength));
  }
}

UNICODE_STRING text_of(const char16_t* text) {
  UNICODE_STRING string;
  RtlInitUnicodeString(&string, reinterpret_cast<const wchar_t*>(text));
  return string;
}

}  // namespace

NTSTATUS create_control_device(DRIVER_OBJECT* driver) {
  service_requests_init();
  driver->MajorFunction[IRP_MJ_CREATE] = dispatch_create;
  driver->MajorFunction[IRP_MJ_CLEANUP] = dispatch_close;
  driver->MajorFunction[IRP_MJ_CLOSE] = dispatch_close;
  driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = dispatch_control;
  UNICODE_STRING name = text_of(control::kDeviceName);
  UNICODE_STRING link = text_of(control::kLinkName);
  DEVICE_OBJECT* device = nullptr;
  NTSTATUS status = IoCreateDevice(driver, 0, &name, FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN,
                                   FALSE, &device);
  if (!NT_SUCCESS(status)) return status;
  status = IoCreateSymbolicLink(&link, &name);
  if (!NT_SUCCESS(status)) IoDeleteDevice(device);
  return status;
}

void delete_control_device(DRIVER_OBJECT* driver) {
  UNICODE_STRING link = text_of(control::kLinkName);
  IoDeleteSymbolicLink(&link);
  IoDeleteDevice(driver->DeviceObject);
}

}  // namespace ddireplay::recorder
