#include "format/capnpc-flat/names.h"

namespace ddireplay::capnpc_flat {
namespace {

// Schema identifiers are ASCII; <cctype> would ask the locale.
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

// A capital starts a word, except within a run of capitals, where only the last one does and only
// when a small letter follows it.
bool starts_word(std::string_view name, size_t i) {
  if (i == 0 || !is_upper(name[i])) return false;
  if (!is_upper(name[i - 1])) return true;
  return i + 1 < name.size() && is_lower(name[i + 1]);
}

}  // namespace

std::string snake_case(std::string_view camel_case) {
  std::string result;
  for (size_t i = 0; i < camel_case.size(); ++i) {
    if (starts_word(camel_case, i)) result += '_';
    result += to_lower(camel_case[i]);
  }
  return result;
}

std::string constant_case(std::string_view camel_case) {
  std::string result = "k";
  result += camel_case;
  result[1] = to_upper(result[1]);
  return result;
}

std::string header_path(std::string_view schema_path) {
  constexpr std::string_view kExtension = ".capnp";
  if (schema_path.ends_with(kExtension)) schema_path.remove_suffix(kExtension.size());
  return std::string(schema_path) + ".flat.h";
}

}  // namespace ddireplay::capnpc_flat
