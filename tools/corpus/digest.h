// SHA-256, as 64 hexadecimal digits: what `sha256sum` prints.
#pragma once

#include <string>
#include <string_view>

namespace ddireplay::tools::corpus {

std::string sha256_of_text(std::string_view text);

// Of a file's bytes. Throws format::Error (unreadable).
std::string sha256_of_file(const std::string& path);

}  // namespace ddireplay::tools::corpus
