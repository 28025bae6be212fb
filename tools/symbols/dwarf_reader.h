// Reads DWARF, row by row.
//
// C++17, unlike all else here: LLVM 14's headers for DWARF are not valid C++20 to clang.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ddireplay::tools {

// Takes the rows. Addresses are as if the image lay at its preferred base.
class DwarfRows {
 public:
  virtual ~DwarfRows() = default;

  // A function, or a part of one that the compiler took apart.
  virtual void add_function(std::uint64_t begin, std::uint64_t end, const std::string& name) = 0;

  // Gives the file's number, for add_line.
  virtual std::uint32_t add_file(std::string name) = 0;

  // Line 0: code from here on belongs to no line.
  virtual void add_line(std::uint64_t address, std::uint32_t file, std::uint32_t line) = 0;
};

// Sections by name (".debug_info"); those that aren't DWARF are of no consequence. What can't be
// read is left out.
void read_dwarf(const std::vector<std::pair<std::string_view, std::string_view>>& sections,
                DwarfRows& rows);

}  // namespace ddireplay::tools
