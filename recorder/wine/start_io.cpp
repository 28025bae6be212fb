// StartIo: one IRP at a time for a device, the others in its device queue.
#include "recorder/wine/start_io.h"

#include <atomic>

#include "recorder/wine/irql.h"
#include "recorder/wine/spinlock.h"

extern "C" void supplied_IoAcquireCancelSpinLock(PKIRQL Irql);
extern "C" void supplied_IoReleaseCancelSpinLock(KIRQL Irql);
extern "C" BOOLEAN supplied_KeInsertByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                                     PKDEVICE_QUEUE_ENTRY Entry, ULONG SortKey);
extern "C" PKDEVICE_QUEUE_ENTRY supplied_KeRemoveByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue,
                                                                  ULONG SortKey);

namespace ddireplay::recorder::wine {
namespace {

// Devices that are at work on a request. Of more than these Wine's CurrentIrp stays.
struct Busy {
  PDEVICE_OBJECT device;
  PIRP irp;
};
constexpr unsigned kBusyMax = 64;
Busy busy[kBusyMax];
std::atomic<unsigned> busy_count = 0;
KSPIN_LOCK busy_lock;  // and every write to CurrentIrp

// With the lock held. nullptr: it isn't among them.
Busy* find_busy(PDEVICE_OBJECT device) {
  for (unsigned i = 0; i < busy_count; ++i) {
    if (busy[i].device == device) return &busy[i];
  }
  return nullptr;
}

// nullptr: the device is idle.
void set_current(PDEVICE_OBJECT device, PIRP irp) {
  const SpinLockGuard guard(&busy_lock);
  device->CurrentIrp = irp;
  Busy* const known = find_busy(device);
  if (known == nullptr) {
    if (irp != nullptr && busy_count != kBusyMax) busy[busy_count++] = {device, irp};
  } else if (irp != nullptr) {
    known->irp = irp;
  } else {
    *known = busy[--busy_count];
  }
}

PIRP irp_of(PKDEVICE_QUEUE_ENTRY entry) {
  return entry != nullptr ? CONTAINING_RECORD(entry, IRP, Tail.Overlay.DeviceQueueEntry) : nullptr;
}

// Under the cancel lock. False: the device was idle, and takes the IRP now.
bool enqueue(PDEVICE_OBJECT device, PIRP irp, const ULONG* key) {
  // Wine's IoCreateDevice leaves it as zeros.
  if (device->DeviceQueue.DeviceListHead.Flink == nullptr) {
    KeInitializeDeviceQueue(&device->DeviceQueue);
  }
  PKDEVICE_QUEUE_ENTRY entry = &irp->Tail.Overlay.DeviceQueueEntry;
  return key != nullptr ? supplied_KeInsertByKeyDeviceQueue(&device->DeviceQueue, entry, *key)
                        : KeInsertDeviceQueue(&device->DeviceQueue, entry);
}

// With the cancel lock held, if the driver's IRPs can be cancelled: what is current isn't queued.
PIRP take_next(PDEVICE_OBJECT device, const ULONG* key) {
  PIRP irp = irp_of(key != nullptr ? supplied_KeRemoveByKeyDeviceQueue(&device->DeviceQueue, *key)
                                   : KeRemoveDeviceQueue(&device->DeviceQueue));
  set_current(device, irp);
  return irp;
}

void start_next(PDEVICE_OBJECT device, bool cancelable, const ULONG* key) {
  KIRQL irql = current_irql();
  if (cancelable) supplied_IoAcquireCancelSpinLock(&irql);
  PIRP irp = take_next(device, key);
  if (cancelable) supplied_IoReleaseCancelSpinLock(irql);
  if (irp != nullptr) device->DriverObject->DriverStartIo(device, irp);
}

// Under the cancel lock, which the cancel routine gives back.
void cancel_queued(PDEVICE_OBJECT device, PIRP irp, KIRQL irql) {
  PDRIVER_CANCEL routine = IoSetCancelRoutine(irp, nullptr);
  if (routine == nullptr) {
    supplied_IoReleaseCancelSpinLock(irql);
    return;
  }
  irp->CancelIrql = irql;
  routine(device, irp);
}

void start_packet(PDEVICE_OBJECT device, PIRP irp, const ULONG* key, PDRIVER_CANCEL cancel) {
  KIRQL irql;
  supplied_IoAcquireCancelSpinLock(&irql);
  if (cancel != nullptr) IoSetCancelRoutine(irp, cancel);
  if (!enqueue(device, irp, key)) {
    set_current(device, irp);
    supplied_IoReleaseCancelSpinLock(irql);
    device->DriverObject->DriverStartIo(device, irp);
  } else if (cancel != nullptr && irp->Cancel) {
    cancel_queued(device, irp, irql);
  } else {
    supplied_IoReleaseCancelSpinLock(irql);
  }
}

}  // namespace

void restore_current_irps() {
  if (busy_count == 0) return;
  const SpinLockGuard guard(&busy_lock);
  for (unsigned i = 0; i < busy_count; ++i) busy[i].device->CurrentIrp = busy[i].irp;
}

void restore_current_irp(PDEVICE_OBJECT device) {
  if (device->DriverObject->DriverStartIo == nullptr) return;
  const SpinLockGuard guard(&busy_lock);
  const Busy* const known = find_busy(device);
  device->CurrentIrp = known != nullptr ? known->irp : nullptr;
}

}  // namespace ddireplay::recorder::wine

using namespace ddireplay::recorder::wine;

extern "C" void supplied_IoStartPacket(PDEVICE_OBJECT DeviceObject, PIRP Irp, PULONG Key,
                                       PDRIVER_CANCEL CancelFunction) {
  const KIRQL old_irql = raise_irql(DISPATCH_LEVEL);
  start_packet(DeviceObject, Irp, Key, CancelFunction);
  set_irql(old_irql);
}

extern "C" void supplied_IoStartNextPacket(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable) {
  start_next(DeviceObject, Cancelable, nullptr);
}

extern "C" void supplied_IoStartNextPacketByKey(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable,
                                                ULONG Key) {
  start_next(DeviceObject, Cancelable, &Key);
}

// A driver may delete a device that is busy.
extern "C" void supplied_IoDeleteDevice(PDEVICE_OBJECT DeviceObject) {
  set_current(DeviceObject, nullptr);
  IoDeleteDevice(DeviceObject);
}
