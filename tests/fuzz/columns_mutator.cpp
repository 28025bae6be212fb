// Mutates one column at a time, so that the others stay what they are.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>

#include "tests/fuzz/columns_input.h"

using namespace ddireplay;

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);

namespace {

void mutate(format::test::Plane& plane) {
  constexpr std::size_t kGrowthMax = 16;
  const std::size_t size = plane.bytes.size();
  plane.bytes.resize(std::min<std::size_t>(size + kGrowthMax, UINT16_MAX));
  plane.bytes.resize(
      LLVMFuzzerMutate(plane.bytes.data(), std::min(size, plane.bytes.size()), plane.bytes.size()));
}

}  // namespace

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t size_max, unsigned seed) {
  std::minstd_rand random(seed);
  fuzz::ColumnsInput input = fuzz::parse_columns({data, size});
  if (input.planes.empty() || random() % 8 == 0) return LLVMFuzzerMutate(data, size, size_max);
  for (auto count = 1 + random() % 3; count > 0; --count) {
    mutate(input.planes[random() % input.planes.size()]);
  }
  const auto bytes = fuzz::to_bytes(input);
  if (bytes.size() > size_max) return LLVMFuzzerMutate(data, size, size_max);
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}
