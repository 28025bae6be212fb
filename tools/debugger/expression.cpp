#include "tools/debugger/expression.h"

#include <fmt/format.h>

#include "format/error.h"
#include "tools/number.h"

namespace ddireplay::tools {
namespace {

// What is both a number and a name is a number, as in the debuggers.
std::uint64_t evaluate_term(std::string_view term, Symbolizer& symbolizer) {
  if (const auto number = parse_hexadecimal(term)) return *number;
  if (const auto address = symbolizer.address_of(term)) return *address;
  throw format::Error(
      fmt::format("Couldn't resolve '{}': write a hexadecimal address or MODULE!SYMBOL; lm lists "
                  "the modules",
                  term),
      format::ExitStatus::usage);
}

}  // namespace

std::uint64_t evaluate(std::string_view expression, Symbolizer& symbolizer) {
  std::uint64_t sum = 0;
  bool subtract = false;
  while (true) {
    const std::size_t end = expression.find_first_of("+-");
    const std::uint64_t term = evaluate_term(expression.substr(0, end), symbolizer);
    sum = subtract ? sum - term : sum + term;
    if (end == std::string_view::npos) return sum;
    subtract = expression[end] == '-';
    expression.remove_prefix(end + 1);
  }
}

}  // namespace ddireplay::tools
