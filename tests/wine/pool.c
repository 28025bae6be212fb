// Pool, old and new, and lookaside lists of the newer kind.
#include "common/suite.h"

const WCHAR DeviceName[] = L"\\Device\\WinePool";
const WCHAR LinkName[] = L"\\DosDevices\\WinePool";

// From newer headers than mingw's.
#define POOL_FLAG_UNINITIALIZED 0x0000000000000002ULL
#define POOL_FLAG_NON_PAGED 0x0000000000000040ULL
#define POOL_FLAG_PAGED 0x0000000000000100ULL
#define POOL_ZERO_ALLOCATION 1024
NTKERNELAPI PVOID NTAPI ExAllocatePool2(ULONG64 Flags, SIZE_T NumberOfBytes, ULONG Tag);
NTKERNELAPI PVOID NTAPI ExAllocatePool3(ULONG64 Flags, SIZE_T NumberOfBytes, ULONG Tag,
                                        const VOID* ExtendedParameters,
                                        ULONG ExtendedParametersCount);
NTKERNELAPI VOID NTAPI ExFreePool2(PVOID P, ULONG Tag, const VOID* ExtendedParameters,
                                   ULONG ExtendedParametersCount);

#define BLOCK_BYTES 3000

static BOOLEAN IsZero(PUCHAR Block, ULONG Bytes) {
  while (Bytes != 0 && Block[Bytes - 1] == 0) {
    --Bytes;
  }
  return Bytes == 0;
}

// Leaves a dirty block behind for the next allocation of its size.
static VOID SoilTheHeap(VOID) {
  PUCHAR Block = ExAllocatePoolWithTag(NonPagedPool, BLOCK_BYTES, SUITE_TAG);

  if (Block != NULL) {
    RtlFillMemory(Block, BLOCK_BYTES, 0xa5);
    ExFreePoolWithTag(Block, SUITE_TAG);
  }
}

static VOID Pool2IsZeroed(PCHECK_CONTEXT Context) {
  PUCHAR Block;
  BOOLEAN Zero;

  SoilTheHeap();
  Block = ExAllocatePool2(POOL_FLAG_NON_PAGED, BLOCK_BYTES, SUITE_TAG);
  EXPECT(Block != NULL);
  Zero = IsZero(Block, BLOCK_BYTES);
  ExFreePoolWithTag(Block, SUITE_TAG);
  EXPECT(Zero);
}

static VOID Pool2WantsExactlyOnePool(PCHECK_CONTEXT Context) {
  EXPECT(ExAllocatePool2(0, BLOCK_BYTES, SUITE_TAG) == NULL);
  EXPECT(ExAllocatePool2(POOL_FLAG_NON_PAGED | POOL_FLAG_PAGED, BLOCK_BYTES, SUITE_TAG) == NULL);
}

static VOID Pool3AndFree2(PCHECK_CONTEXT Context) {
  PUCHAR Block =
      ExAllocatePool3(POOL_FLAG_PAGED | POOL_FLAG_UNINITIALIZED, BLOCK_BYTES, SUITE_TAG, NULL, 0);

  EXPECT(Block != NULL);
  Block[BLOCK_BYTES - 1] = 1;
  ExFreePool2(Block, SUITE_TAG, NULL, 0);
}

// What ExAllocatePoolZero of the headers comes to.
static VOID ZeroBitIsHeeded(PCHECK_CONTEXT Context) {
  PUCHAR Block;
  BOOLEAN Zero;

  SoilTheHeap();
  Block = ExAllocatePoolWithTag(NonPagedPoolNx | POOL_ZERO_ALLOCATION, BLOCK_BYTES, SUITE_TAG);
  EXPECT(Block != NULL);
  Zero = IsZero(Block, BLOCK_BYTES);
  ExFreePoolWithTag(Block, SUITE_TAG);
  EXPECT(Zero);
}

static VOID PriorityAndQuota(PCHECK_CONTEXT Context) {
  PVOID Block = ExAllocatePoolWithTagPriority(PagedPool, 64, SUITE_TAG, NormalPoolPriority);

  EXPECT(Block != NULL);
  ExFreePoolWithTag(Block, SUITE_TAG);
  Block = ExAllocatePoolWithQuotaTag(PagedPool, 64, SUITE_TAG);
  EXPECT(Block != NULL);
  ExFreePool(Block);
}

static VOID LookasideListGivesBlocksAgain(PCHECK_CONTEXT Context) {
  LOOKASIDE_LIST_EX List;
  PVOID First;
  PVOID Second;

  EXPECT(NT_SUCCESS(
      ExInitializeLookasideListEx(&List, NULL, NULL, NonPagedPool, 0, 200, SUITE_TAG, 0)));
  First = ExAllocateFromLookasideListEx(&List);
  EXPECT(First != NULL);
  RtlFillMemory(First, 200, 1);
  ExFreeToLookasideListEx(&List, First);
  Second = ExAllocateFromLookasideListEx(&List);
  EXPECT(Second == First);
  ExFreeToLookasideListEx(&List, Second);
  ExFlushLookasideListEx(&List);
  EXPECT(ExQueryDepthSList(&List.L.ListHead) == 0);
  ExDeleteLookasideListEx(&List);
}

static ULONG Allocations;

static PVOID NTAPI CountingAllocate(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag,
                                    PLOOKASIDE_LIST_EX Lookaside) {
  UNREFERENCED_PARAMETER(Lookaside);
  ++Allocations;
  return ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
}

static VOID NTAPI CountingFree(PVOID Block, PLOOKASIDE_LIST_EX Lookaside) {
  UNREFERENCED_PARAMETER(Lookaside);
  --Allocations;
  ExFreePoolWithTag(Block, SUITE_TAG);
}

static VOID LookasideListUsesTheDriversRoutines(PCHECK_CONTEXT Context) {
  LOOKASIDE_LIST_EX List;
  PVOID Block;

  Allocations = 0;
  EXPECT(NT_SUCCESS(ExInitializeLookasideListEx(&List, CountingAllocate, CountingFree, PagedPool, 0,
                                                64, SUITE_TAG, 0)));
  Block = ExAllocateFromLookasideListEx(&List);
  EXPECT(Block != NULL && Allocations == 1);
  ExFreeToLookasideListEx(&List, Block);
  EXPECT(Allocations == 1);
  ExDeleteLookasideListEx(&List);
  EXPECT(Allocations == 0);
}

static VOID LookasideListRefusesContradictions(PCHECK_CONTEXT Context) {
  ULONG BothFlags =
      EX_LOOKASIDE_LIST_EX_FLAGS_RAISE_ON_FAIL | EX_LOOKASIDE_LIST_EX_FLAGS_FAIL_NO_RAISE;
  LOOKASIDE_LIST_EX List;

  EXPECT(!NT_SUCCESS(
      ExInitializeLookasideListEx(&List, NULL, NULL, PagedPool, BothFlags, 64, SUITE_TAG, 0)));
}

const CHECK Checks[] = {
    CHECK(Pool2IsZeroed),
    CHECK(Pool2WantsExactlyOnePool),
    CHECK(Pool3AndFree2),
    CHECK(ZeroBitIsHeeded),
    CHECK(PriorityAndQuota),
    CHECK(LookasideListGivesBlocksAgain),
    CHECK(LookasideListUsesTheDriversRoutines),
    CHECK(LookasideListRefusesContradictions),
    {NULL, NULL},
};
