#include "tools/corpus/json_fields.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

namespace ddireplay::tools::corpus {

Json parse_json(std::string_view text, const std::string& path) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    // The byte is counted from 1, and may lie one behind the end.
    const std::size_t at = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
    const std::string_view before = text.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t line_start = before.rfind('\n') + 1;  // 0 in the first line: npos + 1
    const std::string_view message = error.what();
    const std::size_t reason = message.find(" - ");
    throw format::Error(
        fmt::format("{}:{}:{}: no JSON: {}", path, line, at - line_start + 1,
                    reason == std::string_view::npos ? message : message.substr(reason + 3)));
  }
}

std::string read_whole_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    throw format::Error(fmt::format("{}: can't be opened: {}", path, std::strerror(errno)));
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (file.bad()) throw format::Error(fmt::format("{}: can't be read", path));
  return text;
}

std::string stable_text(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Fields::Fields(const Json& value, const std::string& path, std::string place)
    : value_(value), path_(path), place_(std::move(place)) {
  if (!value.is_object()) fail("", "an object is expected");
}

void Fields::fail(std::string_view name, std::string_view what) const {
  std::string where = place_;
  if (!where.empty() && !name.empty()) where += '.';
  where += name;
  throw format::Error(where.empty() ? fmt::format("{}: {}", path_, what)
                                    : fmt::format("{}: {}: {}", path_, where, what));
}

const Json& Fields::member(const char* name) const {
  const auto found = value_.find(name);
  if (found == value_.end()) fail(name, "is missing");
  return *found;
}

std::string Fields::text(const char* name) const {
  const Json& value = member(name);
  if (!value.is_string()) fail(name, "a text is expected");
  return value.get<std::string>();
}

std::string Fields::text_or_null(const char* name) const {
  return member(name).is_null() ? std::string() : text(name);
}

std::uint64_t Fields::number(const char* name) const {
  const Json& value = member(name);
  if (!value.is_number_unsigned()) fail(name, "a whole number is expected");
  return value.get<std::uint64_t>();
}

const Json& Fields::list(const char* name) const {
  const Json& value = member(name);
  if (!value.is_array()) fail(name, "a list is expected");
  return value;
}

void Fields::expect_only(std::initializer_list<std::string_view> names) const {
  for (const auto& [name, value] : value_.items()) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      fail(name, "there is no such key");
    }
  }
}

std::string Fields::place_of(const char* name, std::size_t index) const {
  return fmt::format("{}{}{}[{}]", place_, place_.empty() ? "" : ".", name, index);
}

}  // namespace ddireplay::tools::corpus
