// What is to be recorded, as the user asked for it.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ddireplay::tools::record {

struct Request {
  std::filesystem::path target;
  std::filesystem::path output;
  std::vector<std::string> program;  // and its arguments; empty: load and unload only
  std::chrono::seconds timeout{300};
  std::optional<unsigned> stack_depth;
  std::optional<unsigned> ring_kib;  // memory for each processor; a power of two
  bool all_imports = false;
  bool keep_prefix = false;
  bool check_exit = false;
};

// Refuses (throws format::Error, wrong usage) what can be seen to be wrong before Wine is started:
// a target that is no x64 driver, a program that is missing or no x64 program, an output that can't
// be written.
void check(const Request& request);

}  // namespace ddireplay::tools::record
