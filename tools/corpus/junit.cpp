#include "tools/corpus/junit.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddireplay::tools::corpus {
namespace {

// Also of what XML can't hold at all: control characters and bytes that may be no UTF-8.
std::string escape(std::string_view text) {
  std::string out;
  for (const unsigned char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += c < 0x20 || c >= 0x7f ? '?' : static_cast<char>(c);
    }
  }
  return out;
}

std::string differences_text(const EntryResult& entry) {
  std::string text;
  for (const Difference& difference : entry.differences) text += difference_text(difference) + "\n";
  return text + "to see it: ddireplay replay " + entry.trace;
}

std::string case_xml(const EntryResult& entry) {
  const std::string head =
      fmt::format("  <testcase classname=\"corpus\" name=\"{}\"", escape(entry.name));
  if (entry.as_expected()) return head + "/>\n";
  if (!entry.problem.empty()) {
    return head +
           fmt::format(">\n    <error message=\"{}\"/>\n  </testcase>\n", escape(entry.problem));
  }
  return head + fmt::format(">\n    <failure message=\"{}\">{}</failure>\n  </testcase>\n",
                            escape(difference_text(entry.differences.front())),
                            escape(differences_text(entry)));
}

}  // namespace

std::string junit_xml(const RunResult& result) {
  const auto problems = std::ranges::count_if(
      result.entries, [](const EntryResult& entry) { return !entry.problem.empty(); });
  const auto failures = std::ranges::count_if(
      result.entries, [](const EntryResult& entry) { return !entry.differences.empty(); });
  std::string text = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuite name=\"corpus\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
      result.entries.size(), failures, problems);
  for (const EntryResult& entry : result.entries) text += case_xml(entry);
  return text + "</testsuite>\n";
}

}  // namespace ddireplay::tools::corpus
