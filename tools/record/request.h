// What is to be recorded, as the user asked for it.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace ddireplay::tools::record {

struct Request {
  // What is recorded: drivers that are loaded already, drivers of services, files. In this order
  // they are loaded, in reverse they are unloaded.
  std::vector<std::string> attached;  // names of services or modules
  std::vector<std::string> services;
  std::vector<std::filesystem::path> targets;

  std::optional<std::filesystem::path> setup;  // directory of what is put in place first
  std::filesystem::path output;
  std::vector<std::string> program;  // and its arguments; empty: load and unload only
  std::chrono::seconds timeout{300};
  std::optional<unsigned> stack_depth;
  std::optional<unsigned> ring_kib;    // memory for each processor; a power of two
  std::optional<unsigned> flush_ms;    // events are in the file after this time at the latest
  std::optional<unsigned> flight_mib;  // only the newest events, so much of them
  bool all_imports = false;
  bool keep_prefix = false;
  bool check_exit = false;
};

// Refuses (throws format::Error, wrong usage) what can be seen to be wrong before Wine is started:
// a target that is no x64 driver, a program that is missing or no x64 program, an output that can't
// be written.
void check(const Request& request);

// "Filter.sys, Function.sys".
std::string target_names(const Request& request);

// The directories of the targets' files, with ; between: their symbols lie beside them.
std::string symbol_path(const Request& request);

// Nothing is loaded, and nothing unloaded.
bool only_attaches(const Request& request);

// Refuses an image that is no x64 driver, or whose path Windows can't name.
void check_driver(const std::filesystem::path& image);

}  // namespace ddireplay::tools::record
