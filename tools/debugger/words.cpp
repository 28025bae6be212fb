#include "tools/debugger/words.h"

#include <algorithm>

#include "format/error.h"

namespace ddireplay::tools {

Words split_words(std::string_view line) {
  Words words;
  while (true) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

void fail(const std::string& message) { throw format::Error(message, format::ExitStatus::usage); }

}  // namespace ddireplay::tools
