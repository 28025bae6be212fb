// wine-ddi-table: prints the documentation's table of what a driver finds under Wine.

#include <fmt/format.h>

#include <exception>

#include "tests/wine/host_table.h"

using namespace ddireplay::tests::wine;

int main() try {
  const auto modules = wine_module_folder();
  if (!modules) {
    fmt::print(stderr, "There is no Wine here.\n");
    return 1;
  }
  fmt::print("{}", as_markdown(host_table(*modules)));
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 1;
}
