#include "recorder/windows/trace_file.h"

namespace ddireplay::recorder {

NTSTATUS TraceFile::create(const wchar_t* path) {
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, path);
  OBJECT_ATTRIBUTES attributes;
  // A kernel handle: it is used by the writer thread, which lives in another process than the
  // caller.
  InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, nullptr,
                             nullptr);
  IO_STATUS_BLOCK result = {};
  size_ = 0;
  status_ = STATUS_SUCCESS;
  return ZwCreateFile(&handle_, FILE_WRITE_DATA | SYNCHRONIZE, &attributes, &result, nullptr,
                      FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ, FILE_OVERWRITE_IF,
                      FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE, nullptr, 0);
}

void TraceFile::close() {
  if (handle_ != nullptr) ZwClose(handle_);
  handle_ = nullptr;
}

bool TraceFile::append(std::span<const std::byte> bytes) { return write_at(size_, bytes); }

bool TraceFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  IO_STATUS_BLOCK result = {};
  LARGE_INTEGER at;
  at.QuadPart = static_cast<LONGLONG>(offset);
  const NTSTATUS status =
      ZwWriteFile(handle_, nullptr, nullptr, nullptr, &result, const_cast<std::byte*>(bytes.data()),
                  static_cast<ULONG>(bytes.size()), &at, nullptr);
  const bool whole = NT_SUCCESS(status) && result.Information == bytes.size();
  if (!whole && NT_SUCCESS(status_)) status_ = NT_SUCCESS(status) ? STATUS_DISK_FULL : status;
  const std::uint64_t end = offset + bytes.size();
  if (whole && end > size_) size_ = end;
  return whole;
}

void TraceFile::truncate(std::uint64_t bytes) {
  FILE_END_OF_FILE_INFORMATION end;
  end.EndOfFile.QuadPart = static_cast<LONGLONG>(bytes);
  IO_STATUS_BLOCK result = {};
  ZwSetInformationFile(handle_, &result, &end, sizeof(end), FileEndOfFileInformation);
  if (bytes < size_) size_ = bytes;
}

}  // namespace ddireplay::recorder
