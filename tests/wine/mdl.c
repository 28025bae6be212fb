// MDLs: the bytes that they describe, and the flags that say how.
#include "common/suite.h"

const WCHAR DeviceName[] = L"\\Device\\WineMdl";
const WCHAR LinkName[] = L"\\DosDevices\\WineMdl";

#define BUFFER_BYTES (5 * PAGE_SIZE)

NTKERNELAPI NTSTATUS NTAPI MmAdvanceMdl(PMDL Mdl, ULONG NumberOfBytes);

static PUCHAR AllocateBuffer(VOID) {
  PUCHAR Buffer = ExAllocatePoolWithTag(NonPagedPool, BUFFER_BYTES, SUITE_TAG);
  ULONG Offset;

  for (Offset = 0; Buffer != NULL && Offset < BUFFER_BYTES; ++Offset) {
    Buffer[Offset] = (UCHAR)(Offset * 7 + Offset / 256);
  }
  return Buffer;
}

static VOID DescribesNonPagedPool(PCHECK_CONTEXT Context) {
  PUCHAR Buffer = AllocateBuffer();
  PMDL Mdl;

  EXPECT(Buffer != NULL);
  Mdl = IoAllocateMdl(Buffer + 100, 3 * PAGE_SIZE, FALSE, FALSE, NULL);
  EXPECT(Mdl != NULL);
  EXPECT((Mdl->MdlFlags & MDL_ALLOCATED_FIXED_SIZE) != 0);
  EXPECT(MmGetMdlByteCount(Mdl) == 3 * PAGE_SIZE);
  EXPECT(MmGetMdlVirtualAddress(Mdl) == Buffer + 100);
  MmBuildMdlForNonPagedPool(Mdl);
  EXPECT((Mdl->MdlFlags & MDL_SOURCE_IS_NONPAGED_POOL) != 0);
  EXPECT((Mdl->MdlFlags & MDL_PAGES_LOCKED) == 0);
  EXPECT(MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority) == Buffer + 100);
  IoFreeMdl(Mdl);
  ExFreePoolWithTag(Buffer, SUITE_TAG);
}

static VOID LocksAndMaps(PCHECK_CONTEXT Context) {
  PUCHAR Buffer = AllocateBuffer();
  PUCHAR Mapped;
  PMDL Mdl;

  EXPECT(Buffer != NULL);
  Mdl = IoAllocateMdl(Buffer + 1, PAGE_SIZE, FALSE, FALSE, NULL);
  EXPECT(Mdl != NULL);
  MmProbeAndLockPages(Mdl, KernelMode, IoWriteAccess);
  EXPECT((Mdl->MdlFlags & MDL_PAGES_LOCKED) != 0);
  EXPECT((Mdl->MdlFlags & MDL_WRITE_OPERATION) != 0);
  EXPECT((Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) == 0);
  Mapped = MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority);
  EXPECT(Mapped != NULL);
  EXPECT((Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) != 0);
  EXPECT(RtlCompareMemory(Mapped, Buffer + 1, PAGE_SIZE) == PAGE_SIZE);
  Mapped[5] ^= 0xff;
  EXPECT(Buffer[6] == Mapped[5]);
  MmUnmapLockedPages(Mapped, Mdl);
  EXPECT((Mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) == 0);
  EXPECT((Mdl->MdlFlags & MDL_PAGES_LOCKED) != 0);
  MmUnlockPages(Mdl);
  EXPECT((Mdl->MdlFlags & MDL_PAGES_LOCKED) == 0);
  IoFreeMdl(Mdl);
  ExFreePoolWithTag(Buffer, SUITE_TAG);
}

static VOID UnlockingUnmaps(PCHECK_CONTEXT Context) {
  PUCHAR Buffer = AllocateBuffer();
  PMDL Mdl;

  EXPECT(Buffer != NULL);
  Mdl = IoAllocateMdl(Buffer, PAGE_SIZE, FALSE, FALSE, NULL);
  EXPECT(Mdl != NULL);
  MmProbeAndLockPages(Mdl, KernelMode, IoReadAccess);
  EXPECT((Mdl->MdlFlags & MDL_WRITE_OPERATION) == 0);
  EXPECT(MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority) != NULL);
  MmUnlockPages(Mdl);
  EXPECT((Mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_MAPPED_TO_SYSTEM_VA)) == 0);
  IoFreeMdl(Mdl);
  ExFreePoolWithTag(Buffer, SUITE_TAG);
}

// Of each offset and length; the part is mapped by itself, the source isn't.
static VOID PartMapsTheRightBytes(PCHECK_CONTEXT Context) {
  static const ULONG Offsets[] = {0, 1, 4095, 4096, 5000, 8191};
  PUCHAR Buffer = AllocateBuffer();
  ULONG Number;
  PMDL Source;

  EXPECT(Buffer != NULL);
  Source = IoAllocateMdl(Buffer + 300, 4 * PAGE_SIZE, FALSE, FALSE, NULL);
  EXPECT(Source != NULL);
  MmProbeAndLockPages(Source, KernelMode, IoReadAccess);
  for (Number = 0; Number < RTL_NUMBER_OF(Offsets); ++Number) {
    PUCHAR Wanted = Buffer + 300 + Offsets[Number];
    PMDL Part = IoAllocateMdl(Wanted, 2 * PAGE_SIZE, FALSE, FALSE, NULL);
    PUCHAR Mapped;

    EXPECT(Part != NULL);
    IoBuildPartialMdl(Source, Part, Wanted, 2 * PAGE_SIZE);
    EXPECT((Part->MdlFlags & MDL_PARTIAL) != 0);
    EXPECT(MmGetMdlByteCount(Part) == 2 * PAGE_SIZE);
    Mapped = MmGetSystemAddressForMdlSafe(Part, NormalPagePriority);
    EXPECT(Mapped != NULL);
    EXPECT((Part->MdlFlags & MDL_PARTIAL_HAS_BEEN_MAPPED) != 0);
    EXPECT(RtlCompareMemory(Mapped, Wanted, 2 * PAGE_SIZE) == 2 * PAGE_SIZE);
    MmPrepareMdlForReuse(Part);
    EXPECT((Part->MdlFlags & MDL_PARTIAL_HAS_BEEN_MAPPED) == 0);
    IoFreeMdl(Part);
  }
  MmUnlockPages(Source);
  IoFreeMdl(Source);
  ExFreePoolWithTag(Buffer, SUITE_TAG);
}

static VOID PartOfLengthZeroGoesToTheEnd(PCHECK_CONTEXT Context) {
  PUCHAR Buffer = AllocateBuffer();
  PMDL Source;
  PMDL Part;

  EXPECT(Buffer != NULL);
  Source = IoAllocateMdl(Buffer, 1000, FALSE, FALSE, NULL);
  Part = IoAllocateMdl(Buffer, 1000, FALSE, FALSE, NULL);
  EXPECT(Source != NULL && Part != NULL);
  MmBuildMdlForNonPagedPool(Source);
  IoBuildPartialMdl(Source, Part, Buffer + 400, 0);
  EXPECT(MmGetMdlByteCount(Part) == 600);
  EXPECT(MmGetSystemAddressForMdlSafe(Part, NormalPagePriority) == Buffer + 400);
  IoFreeMdl(Part);
  IoFreeMdl(Source);
  ExFreePoolWithTag(Buffer, SUITE_TAG);
}

static VOID AllocatesPages(PCHECK_CONTEXT Context) {
  PHYSICAL_ADDRESS Low = {.QuadPart = 0};
  PHYSICAL_ADDRESS High = {.QuadPart = -1};
  PMDL Mdl = MmAllocatePagesForMdlEx(Low, High, Low, 3 * PAGE_SIZE - 10, MmCached, 0);
  PUCHAR Mapped;

  EXPECT(Mdl != NULL);
  EXPECT(MmGetMdlByteCount(Mdl) == 3 * PAGE_SIZE);
  EXPECT((Mdl->MdlFlags & MDL_PAGES_LOCKED) != 0);
  Mapped = MmMapLockedPagesSpecifyCache(Mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority);
  EXPECT(Mapped != NULL);
  EXPECT(Mapped[0] == 0 && Mapped[3 * PAGE_SIZE - 1] == 0);
  Mapped[3 * PAGE_SIZE - 1] = 1;
  MmUnmapLockedPages(Mapped, Mdl);
  MmFreePagesFromMdl(Mdl);
  ExFreePool(Mdl);
}

static VOID Advances(PCHECK_CONTEXT Context) {
  PUCHAR Buffer = AllocateBuffer();
  PMDL Mdl;

  EXPECT(Buffer != NULL);
  Mdl = IoAllocateMdl(Buffer, 3 * PAGE_SIZE, FALSE, FALSE, NULL);
  EXPECT(Mdl != NULL);
  MmProbeAndLockPages(Mdl, KernelMode, IoReadAccess);
  EXPECT(MmAdvanceMdl(Mdl, 5000) == STATUS_SUCCESS);
  EXPECT(MmGetMdlVirtualAddress(Mdl) == Buffer + 5000);
  EXPECT(MmGetMdlByteCount(Mdl) == 3 * PAGE_SIZE - 5000);
  EXPECT(!NT_SUCCESS(MmAdvanceMdl(Mdl, 3 * PAGE_SIZE)));
  MmUnlockPages(Mdl);
  IoFreeMdl(Mdl);
  ExFreePoolWithTag(Buffer, SUITE_TAG);
}

// Wine's kernel frees the MDLs of an IRP itself: they must come from where it thinks they do.
static VOID GoesWithItsIrp(PCHECK_CONTEXT Context) {
  PUCHAR Buffer = AllocateBuffer();
  PIRP Irp = IoAllocateIrp(1, FALSE);
  PMDL First;
  PMDL Second;

  EXPECT(Buffer != NULL && Irp != NULL);
  First = IoAllocateMdl(Buffer, PAGE_SIZE, FALSE, FALSE, Irp);
  Second = IoAllocateMdl(Buffer + PAGE_SIZE, PAGE_SIZE, TRUE, FALSE, Irp);
  EXPECT(First != NULL && Second != NULL);
  EXPECT(Irp->MdlAddress == First && First->Next == Second);
  Irp->MdlAddress = NULL;
  IoFreeMdl(Second);
  IoFreeMdl(First);
  IoFreeIrp(Irp);
  ExFreePoolWithTag(Buffer, SUITE_TAG);
}

static VOID ContiguousMemoryIsMemory(PCHECK_CONTEXT Context) {
  PHYSICAL_ADDRESS Highest = {.QuadPart = -1};
  PUCHAR Block = MmAllocateContiguousMemory(2 * PAGE_SIZE, Highest);

  EXPECT(Block != NULL);
  EXPECT(((ULONG_PTR)Block & (PAGE_SIZE - 1)) == 0);
  EXPECT(MmGetPhysicalAddress(Block + PAGE_SIZE).QuadPart - MmGetPhysicalAddress(Block).QuadPart ==
         PAGE_SIZE);
  Block[2 * PAGE_SIZE - 1] = 1;
  MmFreeContiguousMemory(Block);
}

NTKERNELAPI PVOID NTAPI MmMapIoSpaceEx(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes,
                                       ULONG Protect);

static VOID IoSpaceShowsTheSameBytes(PCHECK_CONTEXT Context) {
  PHYSICAL_ADDRESS Highest = {.QuadPart = -1};
  PHYSICAL_ADDRESS Nowhere = {.QuadPart = 0x10};
  PUCHAR Block = MmAllocateContiguousMemory(PAGE_SIZE, Highest);
  PUCHAR Mapped;

  EXPECT(Block != NULL);
  Mapped = MmMapIoSpaceEx(MmGetPhysicalAddress(Block), PAGE_SIZE, PAGE_READWRITE);
  EXPECT(Mapped != NULL);
  Mapped[PAGE_SIZE - 1] = 0x5a;
  EXPECT(Block[PAGE_SIZE - 1] == 0x5a);
  MmUnmapIoSpace(Mapped, PAGE_SIZE);
  MmFreeContiguousMemory(Block);
  EXPECT(MmMapIoSpaceEx(Nowhere, PAGE_SIZE, PAGE_READWRITE) == NULL);
}

const CHECK Checks[] = {
    CHECK(DescribesNonPagedPool),
    CHECK(LocksAndMaps),
    CHECK(UnlockingUnmaps),
    CHECK(PartMapsTheRightBytes),
    CHECK(PartOfLengthZeroGoesToTheEnd),
    CHECK(AllocatesPages),
    CHECK(Advances),
    CHECK(GoesWithItsIrp),
    CHECK(ContiguousMemoryIsMemory),
    CHECK(IoSpaceShowsTheSameBytes),
    {NULL, NULL},
};
