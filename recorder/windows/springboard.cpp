#include "recorder/windows/springboard.h"

#include "recorder/windows/ddk.h"
#include "recorder/windows/system.h"

namespace ddireplay::recorder {

namespace {

constexpr std::uint64_t kGranularity = 0x10000;
constexpr std::uint64_t kReach = 0xfff00000;
constexpr int kMaxTries = 2048;

const HANDLE kThisProcess = reinterpret_cast<HANDLE>(-1);

}  // namespace

std::uint64_t make_springboard(std::uint64_t base, std::uint64_t size, std::uint64_t destination) {
  if (!current_system().on_wine) return 0;
  std::uint64_t place = (base + size + kGranularity - 1) / kGranularity * kGranularity;
  PVOID page = nullptr;
  for (int i = 0; i < kMaxTries && place - base < kReach; ++i, place += kGranularity) {
    page = reinterpret_cast<PVOID>(place);
    SIZE_T bytes = PAGE_SIZE;
    if (NT_SUCCESS(ZwAllocateVirtualMemory(kThisProcess, &page, 0, &bytes, MEM_RESERVE | MEM_COMMIT,
                                           PAGE_EXECUTE_READWRITE))) {
      break;
    }
    page = nullptr;
  }
  if (page == nullptr) return 0;
  // movabs $destination, %rax; jmp *%rax
  auto* code = static_cast<std::uint8_t*>(page);
  code[0] = 0x48;
  code[1] = 0xb8;
  RtlCopyMemory(code + 2, &destination, sizeof(destination));
  code[10] = 0xff;
  code[11] = 0xe0;
  return reinterpret_cast<std::uint64_t>(page);
}

void free_springboard(std::uint64_t springboard) {
  PVOID page = reinterpret_cast<PVOID>(springboard);
  SIZE_T bytes = 0;
  ZwFreeVirtualMemory(kThisProcess, &page, &bytes, MEM_RELEASE);
}

}  // namespace ddireplay::recorder
