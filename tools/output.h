// Standard output: data goes out through here, so that a full disk or a closed pipe is an error and
// not a report that ends early.
#pragma once

#include <string>
#include <string_view>

namespace ddireplay::tools {

// Both throw format::Error when the text can't be written.
void print(std::string_view text);
void flush_output();

// Throws format::Error (usage) where `out` would take the place of the file `in`, whatever their
// names: a recording can't be made again.
void refuse_to_replace(const std::string& in, const std::string& out);

// One line of talk on standard error: "ddireplay: TEXT".
void talk(std::string_view text);

}  // namespace ddireplay::tools
