// busy-exercise.exe [ROUNDS]: has Busy do ROUNDS rounds of work (1000 unless told).

#include <stdlib.h>

#include "busy_ioctl.h"
#include "tests/drivers/common/exerciser.h"

// So that a long run shows progress and no single request takes long.
#define ROUNDS_PER_REQUEST 1000

static BOOL RunRounds(HANDLE Device, ULONG Rounds) {
  ULONG Succeeded = 0;
  char Step[64];

  snprintf(Step, sizeof(Step), "%lu rounds", Rounds);
  if (!SendRequest(Device, Step, IOCTL_BUSY_RUN, &Rounds, sizeof(Rounds), &Succeeded,
                   sizeof(Succeeded))) {
    return FALSE;
  }
  if (Succeeded != Rounds) {
    fprintf(stderr, "%s: only %lu were done without an error\n", Step, Succeeded);
    return FALSE;
  }
  return TRUE;
}

static BOOL ParseRounds(const char* Text, ULONG* Rounds) {
  char* End;

  *Rounds = strtoul(Text, &End, 10);
  return *Text >= '0' && *Text <= '9' && *End == '\0' && *Rounds != 0;
}

int main(int argc, char** argv) {
  ULONG Rounds = 1000;
  HANDLE Device;
  BOOL Done = TRUE;
  ULONGLONG Begin;

  if (argc > 2 || (argc == 2 && !ParseRounds(argv[1], &Rounds))) {
    fprintf(stderr, "usage: busy-exercise.exe [ROUNDS]\n");
    return 1;
  }
  Device = OpenDevice("\\\\.\\Busy");
  if (Device == NULL) {
    return 1;
  }
  Begin = GetTickCount64();
  while (Done && Rounds != 0) {
    ULONG Now = Rounds < ROUNDS_PER_REQUEST ? Rounds : ROUNDS_PER_REQUEST;

    Done = RunRounds(Device, Now);
    Rounds -= Now;
  }
  CloseHandle(Device);
  if (Done) {
    printf("all in %lu ms\n", (ULONG)(GetTickCount64() - Begin));
    printf("done\n");
  }
  return Done ? 0 : 1;
}
