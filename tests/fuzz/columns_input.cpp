#include "tests/fuzz/columns_input.h"

#include <algorithm>
#include <cstring>

namespace ddireplay::fuzz {

namespace {

using Bytes = std::span<const std::uint8_t>;

Bytes take(Bytes& bytes, std::size_t size) {
  const Bytes front = bytes.first(std::min(size, bytes.size()));
  bytes = bytes.subspan(front.size());
  return front;
}

template <class T>
T take_as(Bytes& bytes) {
  T value{};
  const Bytes front = take(bytes, sizeof(value));
  if (!front.empty()) std::memcpy(&value, front.data(), front.size());
  return value;
}

template <class T>
void put(std::vector<std::uint8_t>& to, const T& value) {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(&value);
  to.insert(to.end(), bytes, bytes + sizeof(value));
}

}  // namespace

ColumnsInput parse_columns(Bytes bytes) {
  ColumnsInput input;
  input.head = take_as<ColumnsHead>(bytes);
  const Bytes shapes = take(bytes, input.head.functions);
  input.shapes.assign(shapes.begin(), shapes.end());
  while (!bytes.empty()) {
    const auto head = take_as<PlaneHead>(bytes);
    const Bytes plane = take(bytes, head.bytes);
    input.planes.push_back({head.id, head.plane, {plane.begin(), plane.end()}});
  }
  return input;
}

std::vector<std::uint8_t> to_bytes(const ColumnsInput& input) {
  std::vector<std::uint8_t> bytes;
  ColumnsHead head = input.head;
  head.functions = static_cast<std::uint16_t>(input.shapes.size());
  put(bytes, head);
  bytes.insert(bytes.end(), input.shapes.begin(), input.shapes.end());
  for (const format::test::Plane& plane : input.planes) {
    put(bytes, PlaneHead{plane.id, plane.plane, static_cast<std::uint16_t>(plane.bytes.size())});
    bytes.insert(bytes.end(), plane.bytes.begin(), plane.bytes.end());
  }
  return bytes;
}

}  // namespace ddireplay::fuzz
