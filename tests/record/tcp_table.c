// tcp-table.exe: asks for the TCP connections, which under Wine is nsiproxy's work.

#include <stdio.h>
#include <winsock2.h>

#include <iphlpapi.h>

int main(void) {
  static char Table[64 * 1024];
  ULONG Bytes = sizeof(Table);
  DWORD Error = GetTcpTable((MIB_TCPTABLE*)Table, &Bytes, FALSE);

  if (Error != NO_ERROR) {
    fprintf(stderr, "no TCP table (error %lu)\n", Error);
    return 1;
  }
  printf("connections: %lu\n", ((MIB_TCPTABLE*)Table)->dwNumEntries);
  return 0;
}
