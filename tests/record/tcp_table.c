// tcp-table.exe [ROUNDS]: asks for the TCP connections, so many times (once, unless told), which
// under Wine is nsiproxy's work.

#include <stdio.h>
#include <stdlib.h>
#include <winsock2.h>

#include <iphlpapi.h>

int main(int ArgumentCount, char** Arguments) {
  static char Table[64 * 1024];
  int Rounds = ArgumentCount > 1 ? atoi(Arguments[1]) : 1;
  int i;

  for (i = 0; i < Rounds; ++i) {
    ULONG Bytes = sizeof(Table);
    DWORD Error = GetTcpTable((MIB_TCPTABLE*)Table, &Bytes, FALSE);

    if (Error != NO_ERROR) {
      fprintf(stderr, "no TCP table (error %lu)\n", Error);
      return 1;
    }
  }
  printf("connections: %lu\n", ((MIB_TCPTABLE*)Table)->dwNumEntries);
  return 0;
}
