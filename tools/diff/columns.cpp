#include "tools/diff/columns.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace ddireplay::tools::diff {
namespace {

constexpr unsigned kLeastForTwo = 80;
constexpr std::string_view kIndent = "    ";
constexpr std::string_view kBetween = " | ";

using Lines = std::vector<std::string>;

// Characters of a text in UTF-8.
std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

Lines wrapped(const Lines& lines, std::size_t width) {
  Lines result;
  for (std::string rest : lines) {
    while (length_of(rest) > width) {
      std::size_t cut = rest.rfind(' ', width);
      if (cut == std::string::npos || cut < width / 2) cut = width;
      while (cut < rest.size() && (rest[cut] & 0xc0) == 0x80) ++cut;
      result.push_back(rest.substr(0, cut));
      const std::size_t next = rest.find_first_not_of(' ', cut);
      if (next == std::string::npos) {
        rest.clear();
        break;
      }
      rest = std::string(kIndent) + rest.substr(next);
    }
    if (!rest.empty()) result.push_back(rest);
  }
  return result;
}

std::string below_each_other(std::string_view title, const Lines& lines) {
  std::string out = fmt::format("  {}\n", title);
  for (const std::string& line : lines) out += fmt::format("    {}\n", line);
  return out;
}

}  // namespace

std::string side_by_side(std::string_view left_title, const Lines& left,
                         std::string_view right_title, const Lines& right, unsigned width) {
  if (width < kLeastForTwo) {
    return below_each_other(left_title, left) + below_each_other(right_title, right);
  }
  const std::size_t column = (width - kBetween.size() - 2) / 2;
  Lines left_lines = wrapped(left, column);
  Lines right_lines = wrapped(right, column);
  left_lines.insert(left_lines.begin(), std::string(left_title));
  right_lines.insert(right_lines.begin(), std::string(right_title));
  std::string out;
  for (std::size_t i = 0; i < std::max(left_lines.size(), right_lines.size()); ++i) {
    const std::string l = i < left_lines.size() ? left_lines[i] : "";
    const std::string r = i < right_lines.size() ? right_lines[i] : "";
    std::string line = "  " + l + std::string(column - std::min(column, length_of(l)), ' ') +
                       std::string(kBetween) + r;
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string in_lines(std::string_view text, unsigned width) {
  std::string out;
  for (const std::string& line : wrapped({std::string(text)}, width)) out += line + "\n";
  return out;
}

unsigned output_width() {
  constexpr unsigned kElsewhere = 120;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kElsewhere;
  return size.ws_col;
}

}  // namespace ddireplay::tools::diff
