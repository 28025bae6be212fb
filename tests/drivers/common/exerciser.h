// What the exercisers share: open a driver's device, send it requests, say each step on stdout.
//
// Every failure is one line on stderr, and the function returns FALSE (or NULL) so that the program
// can end with status 1.
#pragma once

#include <stdio.h>
#include <windows.h>
#include <winioctl.h>

// Opens a device for reading and writing, e.g. "\\\\.\\MyDriver". The caller closes the handle.
HANDLE OpenDevice(const char* Path);

// Sends one request and waits for its completion. Output must be filled to the last byte, or the
// step counts as failed.
BOOL SendRequest(HANDLE Device, const char* Step, DWORD Code, void* Input, DWORD InputBytes,
                 void* Output, DWORD OutputBytes);
