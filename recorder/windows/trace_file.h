// The file that a trace is written to. At PASSIVE_LEVEL.
#pragma once

#include "recorder/core/writer.h"
#include "recorder/windows/ddk.h"

namespace ddireplay::recorder {

class TraceFile final : public Output {
 public:
  // `path` as the kernel names files: \??\C:\trace.ddt. An existing file is replaced.
  NTSTATUS create(const wchar_t* path);
  void close();

  bool append(std::span<const std::byte> bytes) override;
  bool write_at(std::uint64_t offset, std::span<const std::byte> bytes) override;
  void truncate(std::uint64_t bytes) override;

  // Of the first write that failed. May be asked from any thread.
  NTSTATUS status() const { return status_; }

 private:
  HANDLE handle_ = nullptr;
  std::uint64_t size_ = 0;
  volatile NTSTATUS status_ = STATUS_SUCCESS;
};

}  // namespace ddireplay::recorder
