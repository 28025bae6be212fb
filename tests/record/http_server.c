// http-server.exe REQUESTS: an HTTP server, and a client that sends it that many requests over one
// connection. Under Wine the server's part is http.sys's work.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <http.h>

static const char Request[] = "GET /x HTTP/1.1\r\nHost: localhost:8412\r\n\r\n";
static const char Answer[] = "An answer of some length.";

static int Fail(const char* What, ULONG Error) {
  fprintf(stderr, "%s (error %lu)\n", What, Error);
  return 1;
}

static BOOL Serve(HANDLE Queue) {
  static ULONGLONG Buffer[2048];
  HTTP_REQUEST* Received = (HTTP_REQUEST*)Buffer;
  HTTP_RESPONSE Response;
  HTTP_DATA_CHUNK Chunk;
  ULONG Bytes;

  if (HttpReceiveHttpRequest(Queue, HTTP_NULL_ID, 0, Received, sizeof(Buffer), &Bytes, NULL) !=
      NO_ERROR) {
    return FALSE;
  }
  memset(&Response, 0, sizeof(Response));
  memset(&Chunk, 0, sizeof(Chunk));
  Chunk.DataChunkType = HttpDataChunkFromMemory;
  Chunk.FromMemory.pBuffer = (PVOID)Answer;
  Chunk.FromMemory.BufferLength = sizeof(Answer) - 1;
  Response.StatusCode = 200;
  Response.pReason = "OK";
  Response.ReasonLength = 2;
  Response.EntityChunkCount = 1;
  Response.pEntityChunks = &Chunk;
  return HttpSendHttpResponse(Queue, Received->RequestId, 0, (HTTP_RESPONSE*)&Response, NULL,
                              &Bytes, NULL, 0, NULL, NULL) == NO_ERROR;
}

static DWORD WINAPI ServeAll(LPVOID Queue) {
  while (Serve((HANDLE)Queue)) {
  }
  return 0;
}

static SOCKET Connect(void) {
  struct sockaddr_in Address;
  SOCKET Socket = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

  memset(&Address, 0, sizeof(Address));
  Address.sin_family = AF_INET;
  Address.sin_port = htons(8412);
  Address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(Socket, (struct sockaddr*)&Address, sizeof(Address)) != 0) {
    closesocket(Socket);
    return INVALID_SOCKET;
  }
  return Socket;
}

// Sends one request and reads until the answer's body has come.
static BOOL Ask(SOCKET Socket) {
  static char Text[4096];
  int Used = 0;

  if (send(Socket, Request, sizeof(Request) - 1, 0) != sizeof(Request) - 1) {
    return FALSE;
  }
  while (Used < (int)sizeof(Text) - 1) {
    int Got = recv(Socket, Text + Used, sizeof(Text) - 1 - Used, 0);
    if (Got <= 0) {
      return FALSE;
    }
    Used += Got;
    Text[Used] = '\0';
    if (strstr(Text, Answer) != NULL) {
      return TRUE;
    }
  }
  return FALSE;
}

int main(int ArgumentCount, char** Arguments) {
  int Requests = ArgumentCount > 1 ? atoi(Arguments[1]) : 100;
  HTTPAPI_VERSION Version = HTTPAPI_VERSION_1;
  WSADATA Data;
  HANDLE Queue;
  SOCKET Socket;
  ULONGLONG Begin;
  ULONG Error;
  int i;

  WSAStartup(MAKEWORD(2, 2), &Data);
  Error = HttpInitialize(Version, HTTP_INITIALIZE_SERVER, NULL);
  // Where the recorder has loaded http.sys, the service manager finds it loaded already.
  if (Error != NO_ERROR && Error != ERROR_ALREADY_EXISTS) {
    return Fail("the HTTP server can't be initialised", Error);
  }
  Error = HttpCreateHttpHandle(&Queue, 0);
  if (Error != NO_ERROR) {
    return Fail("there is no request queue", Error);
  }
  Error = HttpAddUrl(Queue, L"http://localhost:8412/", NULL);
  if (Error != NO_ERROR) {
    return Fail("the address can't be served", Error);
  }
  CloseHandle(CreateThread(NULL, 0, ServeAll, Queue, 0, NULL));
  Socket = Connect();
  if (Socket == INVALID_SOCKET) {
    return Fail("the server can't be reached", WSAGetLastError());
  }
  Begin = GetTickCount64();
  for (i = 0; i < Requests; ++i) {
    if (!Ask(Socket)) {
      return Fail("a request was not answered", WSAGetLastError());
    }
  }
  printf("answered: %d in %lu ms\n", i, (ULONG)(GetTickCount64() - Begin));
  closesocket(Socket);
  HttpRemoveUrl(Queue, L"http://localhost:8412/");
  CloseHandle(Queue);
  return 0;
}
