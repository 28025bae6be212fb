// Power IRPs that a driver asks for.
#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {
namespace {

// What is to be told when the IRP is done.
struct PowerRequest {
  PDEVICE_OBJECT device;
  PDEVICE_OBJECT top;  // of the device's stack; referenced
  PREQUEST_POWER_COMPLETE completion;
  PVOID context;
  POWER_STATE state;
  UCHAR minor;
};

NTSTATUS NTAPI on_complete(PDEVICE_OBJECT, PIRP irp, PVOID context) {
  auto* request = static_cast<PowerRequest*>(context);
  if (request->completion != nullptr) {
    request->completion(request->device, request->minor, request->state, request->context,
                        &irp->IoStatus);
  }
  IoFreeIrp(irp);
  ObDereferenceObject(request->top);
  ExFreePoolWithTag(request, kPoolTag);
  return STATUS_MORE_PROCESSING_REQUIRED;
}

void fill(PIRP irp, PowerRequest* request) {
  PIO_STACK_LOCATION location = IoGetNextIrpStackLocation(irp);
  location->MajorFunction = IRP_MJ_POWER;
  location->MinorFunction = request->minor;
  if (request->minor == IRP_MN_WAIT_WAKE) {
    location->Parameters.WaitWake.PowerState = request->state.SystemState;
  } else {
    location->Parameters.Power.Type = DevicePowerState;
    location->Parameters.Power.State = request->state;
  }
  // Nobody may have handled it.
  irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
  IoSetCompletionRoutine(irp, on_complete, request, TRUE, TRUE, TRUE);
}

bool is_power_request(UCHAR minor) {
  return minor == IRP_MN_SET_POWER || minor == IRP_MN_QUERY_POWER || minor == IRP_MN_WAIT_WAKE;
}

}  // namespace
}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

// To the top of the device's stack, on the caller's thread.
extern "C" NTSTATUS supplied_PoRequestPowerIrp(PDEVICE_OBJECT DeviceObject, UCHAR MinorFunction,
                                               POWER_STATE PowerState,
                                               PREQUEST_POWER_COMPLETE CompletionFunction,
                                               PVOID Context, PIRP* Irp) {
  if (!is_power_request(MinorFunction)) return STATUS_INVALID_PARAMETER_2;
  auto* request = static_cast<PowerRequest*>(
      ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(PowerRequest), kPoolTag));
  if (request == nullptr) return STATUS_INSUFFICIENT_RESOURCES;
  PDEVICE_OBJECT top = IoGetAttachedDeviceReference(DeviceObject);
  PIRP irp = IoAllocateIrp(top->StackSize, FALSE);
  if (irp == nullptr) {
    ObDereferenceObject(top);
    ExFreePoolWithTag(request, kPoolTag);
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  *request = {DeviceObject, top, CompletionFunction, Context, PowerState, MinorFunction};
  fill(irp, request);
  if (Irp != nullptr) *Irp = irp;
  IoCallDriver(top, irp);
  return STATUS_PENDING;
}
