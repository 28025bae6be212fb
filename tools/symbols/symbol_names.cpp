#include "tools/symbols/symbol_names.h"

#include <llvm/Demangle/Demangle.h>

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace ddireplay::tools {
namespace {

// LLVM's demanglers recurse: a name that no compiler wrote must not exhaust the stack.
constexpr std::size_t kDecoratedBytesMax = 4096;

// Frees what the demanglers made with malloc.
struct Freer {
  void operator()(char* text) const { std::free(text); }
};
using DemangledText = std::unique_ptr<char, Freer>;

DemangledText demangle(const std::string& name) {
  if (name.starts_with('?')) {
    constexpr auto flags = static_cast<llvm::MSDemangleFlags>(
        llvm::MSDF_NoAccessSpecifier | llvm::MSDF_NoCallingConvention | llvm::MSDF_NoReturnType |
        llvm::MSDF_NoMemberType | llvm::MSDF_NoVariableType);
    return DemangledText(
        llvm::microsoftDemangle(name.c_str(), nullptr, nullptr, nullptr, nullptr, flags));
  }
  if (name.starts_with("_Z")) {
    return DemangledText(llvm::itaniumDemangle(name.c_str(), nullptr, nullptr, nullptr));
  }
  return nullptr;
}

// Cuts off the parameters: the last parenthesis at depth 0, and what follows it (" const").
std::string without_parameters(std::string_view text) {
  const std::size_t end = text.rfind(')');
  if (end == std::string_view::npos) return std::string(text);
  int depth = 0;
  for (std::size_t i = end + 1; i-- > 0;) {
    if (text[i] == ')') ++depth;
    if (text[i] == '(' && --depth == 0) return std::string(text.substr(0, i));
  }
  return std::string(text);
}

}  // namespace

std::string undecorated(std::string_view name) {
  std::string text(name);
  if (name.size() > kDecoratedBytesMax) return text;
  const DemangledText demangled = demangle(text);
  return demangled ? without_parameters(demangled.get()) : text;
}

}  // namespace ddireplay::tools
