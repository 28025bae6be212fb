// modern-exercise.exe [REQUESTS]: several threads have several requests pending each, until there
// were REQUESTS (10000 unless told); now and then one is parked and cancelled.

#include <stdlib.h>

#include "modern_ioctl.h"
#include "tests/drivers/common/exerciser.h"

#define THREADS 4
#define PENDING_PER_THREAD 4
#define BYTES_MAX 9000
#define KEY 0x5a

typedef struct _SLOT {
  OVERLAPPED Overlapped;
  DWORD Bytes;
  UCHAR Input[BYTES_MAX];
  UCHAR Output[BYTES_MAX];
} SLOT;

typedef struct _CLIENT {
  HANDLE Device;
  ULONG Requests;
  ULONG Seed;
  BOOL Succeeded;
  SLOT Slots[PENDING_PER_THREAD];
} CLIENT;

static ULONG NextRandom(CLIENT* Client) {
  Client->Seed = Client->Seed * 1664525 + 1013904223;
  return Client->Seed >> 8;
}

static BOOL Start(CLIENT* Client, SLOT* Slot) {
  DWORD Offset;

  Slot->Bytes = 1 + NextRandom(Client) % BYTES_MAX;
  for (Offset = 0; Offset < Slot->Bytes; ++Offset) {
    Slot->Input[Offset] = (UCHAR)(Offset + Client->Seed);
  }
  ResetEvent(Slot->Overlapped.hEvent);
  if (DeviceIoControl(Client->Device, IOCTL_MODERN_TRANSFORM, Slot->Input, Slot->Bytes,
                      Slot->Output, Slot->Bytes, NULL, &Slot->Overlapped)) {
    return TRUE;
  }
  return GetLastError() == ERROR_IO_PENDING;
}

static BOOL Finish(CLIENT* Client, SLOT* Slot) {
  DWORD Returned = 0;
  DWORD Offset;

  if (!GetOverlappedResult(Client->Device, &Slot->Overlapped, &Returned, TRUE) ||
      Returned != Slot->Bytes) {
    fprintf(stderr, "a transfer of %lu bytes: error %lu, %lu came back\n", Slot->Bytes,
            GetLastError(), Returned);
    return FALSE;
  }
  for (Offset = 0; Offset < Slot->Bytes; ++Offset) {
    if (Slot->Output[Offset] != (Slot->Input[Offset] ^ KEY)) {
      fprintf(stderr, "a transfer of %lu bytes: byte %lu is wrong\n", Slot->Bytes, Offset);
      return FALSE;
    }
  }
  return TRUE;
}

static BOOL ParkAndCancel(CLIENT* Client, SLOT* Slot, DWORD Code) {
  DWORD Returned;

  ResetEvent(Slot->Overlapped.hEvent);
  if (DeviceIoControl(Client->Device, Code, NULL, 0, NULL, 0, NULL, &Slot->Overlapped) ||
      GetLastError() != ERROR_IO_PENDING) {
    fprintf(stderr, "a parked request did not stay pending\n");
    return FALSE;
  }
  CancelIoEx(Client->Device, &Slot->Overlapped);
  if (GetOverlappedResult(Client->Device, &Slot->Overlapped, &Returned, TRUE) ||
      GetLastError() != ERROR_OPERATION_ABORTED) {
    fprintf(stderr, "a cancelled request ended with error %lu\n", GetLastError());
    return FALSE;
  }
  return TRUE;
}

static BOOL RunClient(CLIENT* Client) {
  ULONG Round;
  ULONG Number;

  for (Round = 0; Round < Client->Requests / PENDING_PER_THREAD; ++Round) {
    for (Number = 0; Number < PENDING_PER_THREAD; ++Number) {
      if (!Start(Client, &Client->Slots[Number])) {
        return FALSE;
      }
    }
    for (Number = 0; Number < PENDING_PER_THREAD; ++Number) {
      if (!Finish(Client, &Client->Slots[Number])) {
        return FALSE;
      }
    }
    if (Round % 64 == 0 && !(ParkAndCancel(Client, &Client->Slots[0], IOCTL_MODERN_PARK) &&
                             ParkAndCancel(Client, &Client->Slots[0], IOCTL_MODERN_PARK_ALONE))) {
      return FALSE;
    }
  }
  return TRUE;
}

static DWORD WINAPI ClientThread(LPVOID Parameter) {
  CLIENT* Client = Parameter;
  ULONG Number;

  for (Number = 0; Number < PENDING_PER_THREAD; ++Number) {
    Client->Slots[Number].Overlapped.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
  }
  Client->Device = CreateFileA("\\\\.\\Modern", GENERIC_READ | GENERIC_WRITE, 0, NULL,
                               OPEN_EXISTING, FILE_FLAG_OVERLAPPED, NULL);
  Client->Succeeded = Client->Device != INVALID_HANDLE_VALUE && RunClient(Client);
  CloseHandle(Client->Device);
  return 0;
}

static BOOL RunClients(ULONG Requests) {
  static CLIENT Clients[THREADS];
  HANDLE Threads[THREADS];
  BOOL Succeeded = TRUE;
  ULONG Number;

  for (Number = 0; Number < THREADS; ++Number) {
    Clients[Number].Requests = Requests / THREADS;
    Clients[Number].Seed = Number + 1;
    Threads[Number] = CreateThread(NULL, 0, ClientThread, &Clients[Number], 0, NULL);
  }
  for (Number = 0; Number < THREADS; ++Number) {
    WaitForSingleObject(Threads[Number], INFINITE);
    Succeeded &= Clients[Number].Succeeded;
  }
  return Succeeded;
}

static BOOL CheckStatistics(HANDLE Device) {
  MODERN_STATISTICS Statistics;

  if (!SendRequest(Device, "statistics", IOCTL_MODERN_STATISTICS, NULL, 0, &Statistics,
                   sizeof(Statistics))) {
    return FALSE;
  }
  printf("%lu transformed, %lu cancelled, %lu at a wrong IRQL, %lu with unlocked pages\n",
         Statistics.Transformed, Statistics.Cancelled, Statistics.WrongIrqls,
         Statistics.UnlockedMdls);
  return Statistics.WrongIrqls == 0 && Statistics.UnlockedMdls == 0;
}

int main(int argc, char** argv) {
  ULONG Requests = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
  HANDLE Device = OpenDevice("\\\\.\\Modern");
  UCHAR Key = KEY;
  BOOL Done;

  if (Device == NULL || !SendRequest(Device, "key", IOCTL_MODERN_SET_KEY, &Key, 1, NULL, 0)) {
    return 1;
  }
  printf("%lu requests\n", Requests);
  fflush(stdout);
  Done = RunClients(Requests);
  Done = CheckStatistics(Device) && Done;
  CloseHandle(Device);
  if (Done) {
    printf("done\n");
  }
  return Done ? 0 : 1;
}
