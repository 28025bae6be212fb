// volumes.exe ROUNDS: lists the volumes and what is known of them, so many times. Under Wine that
// is mountmgr's work.

#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

static int Volumes(void) {
  WCHAR Name[MAX_PATH];
  WCHAR Paths[MAX_PATH];
  DWORD Length;
  int Count = 0;
  HANDLE Search = FindFirstVolumeW(Name, MAX_PATH);

  if (Search == INVALID_HANDLE_VALUE) {
    return 0;
  }
  do {
    GetVolumePathNamesForVolumeNameW(Name, Paths, MAX_PATH, &Length);
    ++Count;
  } while (FindNextVolumeW(Search, Name, MAX_PATH));
  FindVolumeClose(Search);
  return Count;
}

static void Drives(void) {
  WCHAR Root[] = L"A:\\";
  WCHAR Name[MAX_PATH];
  DWORD Serial;

  for (Root[0] = L'A'; Root[0] <= L'Z'; ++Root[0]) {
    if (GetDriveTypeW(Root) != DRIVE_NO_ROOT_DIR) {
      GetVolumeInformationW(Root, Name, MAX_PATH, &Serial, NULL, NULL, NULL, 0);
      GetVolumeNameForVolumeMountPointW(Root, Name, MAX_PATH);
    }
  }
}

int main(int ArgumentCount, char** Arguments) {
  int Rounds = ArgumentCount > 1 ? atoi(Arguments[1]) : 10;
  int Found = 0;
  int i;

  for (i = 0; i < Rounds; ++i) {
    Found = Volumes();
    Drives();
  }
  printf("volumes: %d\n", Found);
  return Found == 0;
}
