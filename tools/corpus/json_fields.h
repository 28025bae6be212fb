// JSON that people may have edited: what is wrong with it is told with the place.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "format/error.h"

namespace ddireplay::tools::corpus {

using Json = nlohmann::json;

// Throws format::Error (unreadable): "PATH:LINE:COLUMN: no JSON: ...".
Json parse_json(std::string_view text, const std::string& path);

// The whole file. Throws format::Error (unreadable).
std::string read_whole_file(const std::string& path);

// JSON text that is valid whatever bytes are in its strings.
std::string stable_text(const Json& value);

// The members of one object, each taken by its name and type.
class Fields {
 public:
  // `place` is where the object stands in its file, "findings[2]", or empty. Both must outlive
  // this. Throws format::Error where `value` is no object.
  Fields(const Json& value, const std::string& path, std::string place);

  // Throw format::Error (unreadable) where there is no such member, or one of another type.
  std::string text(const char* name) const;
  std::string text_or_null(const char* name) const;  // empty for null
  std::uint64_t number(const char* name) const;
  const Json& list(const char* name) const;
  // Throws where there is a member that is not one of `names`.
  void expect_only(std::initializer_list<std::string_view> names) const;

  // "findings[2]" in this object.
  std::string place_of(const char* name, std::size_t index) const;
  [[noreturn]] void fail(std::string_view name, std::string_view what) const;

 private:
  const Json& member(const char* name) const;

  const Json& value_;
  const std::string& path_;
  std::string place_;
};

}  // namespace ddireplay::tools::corpus
