#include "driver_host.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <string>

#include "tools/process/unique_fd.h"
#include "tools/record/process_tree.h"

namespace ddireplay::tools::record {
namespace fs = std::filesystem;

pid_t find_driver_host(const fs::path& open_file) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename();
    pid_t process = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), process);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) continue;
    if (command_line(process).find(kDriverHost) == std::string::npos) continue;
    if (has_open(process, open_file)) return process;
  }
  return 0;
}

std::size_t dump_memory(pid_t process, const fs::path& file) {
  const fs::path directory = "/proc/" + std::to_string(process);
  const UniqueFd memory(::open((directory / "mem").c_str(), O_RDONLY | O_CLOEXEC));
  if (!memory) throw std::runtime_error("the process's memory can't be read");
  std::ifstream maps(directory / "maps");
  std::ofstream dump(file, std::ios::binary);
  std::vector<char> buffer(1 << 20);
  std::size_t written = 0;
  for (std::string line; std::getline(maps, line);) {
    unsigned long long begin = 0;
    unsigned long long end = 0;
    char access = 0;
    if (std::sscanf(line.c_str(), "%llx-%llx %c", &begin, &end, &access) != 3) continue;
    // Files that are mapped are no memory of the driver's.
    if (access != 'r' || line.find('/') != std::string::npos) continue;
    while (begin < end) {
      const std::size_t wanted = std::min<unsigned long long>(buffer.size(), end - begin);
      const ssize_t size = ::pread(memory.get(), buffer.data(), wanted, static_cast<off_t>(begin));
      if (size <= 0) break;
      dump.write(buffer.data(), size);
      begin += static_cast<unsigned long long>(size);
      written += static_cast<std::size_t>(size);
    }
  }
  return written;
}

}  // namespace ddireplay::tools::record
