#include <algorithm>

#include "tools/diff/compared_fields.h"
#include "tools/diff/comparison.h"
#include "tools/diff/hash.h"

namespace ddireplay::tools::diff {
namespace {

constexpr std::uint64_t kSomeReference = 1;
constexpr std::uint64_t kGoodObject = 2;
constexpr std::uint64_t kBadObject = 3;
constexpr std::uint64_t kPlace = 4;

std::uint64_t place_token(const Object& object) {
  return object.place == 0 ? kSomeReference : mixed(kPlace, object.place);
}

}  // namespace

Meaning::Meaning(const Recording& good, const Recording& bad, const Basis& basis)
    : good_(good), bad_(bad), basis_(basis), good_of_bad_(bad.objects.size(), kNone) {}

void Meaning::bind(std::uint32_t good_object, std::uint32_t bad_object) {
  good_of_bad_[bad_object] = good_object;
}

std::uint64_t Meaning::without_identity(const Value& value) {
  switch (value.kind) {
    case ValueKind::scalar:
      return value.raw;
    case ValueKind::time:
      return compared_time(static_cast<std::int64_t>(value.raw));
    case ValueKind::reference:
      return value.raw == 0 ? 0 : kSomeReference;
  }
  return 0;
}

// Objects of another activity count by what they are, not by which: activities that run side by
// side may come in any order, and one like it would do as well.
std::uint64_t Meaning::token(const Value& value, std::uint64_t object_token, std::uint64_t address,
                             bool is_own) const {
  const std::uint64_t whole = mixed(object_token, is_own ? 1 : 0);
  return basis_.same_build ? mixed(whole, value.raw - address) : whole;
}

std::uint64_t Meaning::of_good(const Value& value, std::uint32_t activity) const {
  if (value.kind != ValueKind::reference || value.object == kNone) return without_identity(value);
  const Object& object = good_.objects[value.object];
  if (object.activity == kNone) return place_token(object);
  const std::uint64_t key = good_.activities[object.activity].key;
  const std::uint64_t kind = mixed(mixed(kGoodObject, key), object.phrase);
  return token(value, mixed(kind, object.local_ordinal), object.address,
               object.activity == activity);
}

std::uint64_t Meaning::of_bad(const Value& value, std::uint32_t activity) const {
  if (value.kind != ValueKind::reference || value.object == kNone) return without_identity(value);
  const Object& object = bad_.objects[value.object];
  if (object.activity == kNone) return place_token(object);
  const bool is_own = object.activity == activity;
  const std::uint32_t known = good_of_bad_[value.object];
  if (known == kNone) {
    return token(value, mixed(kBadObject, value.object), object.address, is_own);
  }
  const Object& same = good_.objects[known];
  const std::uint64_t key = good_.activities[same.activity].key;
  const std::uint64_t kind = mixed(mixed(kGoodObject, key), same.phrase);
  return token(value, mixed(kind, same.local_ordinal), object.address, is_own);
}

bool Meaning::ends_alike(const Call& good, const Call& bad) {
  return good.returned == bad.returned && good.raised == bad.raised;
}

std::vector<DifferingValue> Meaning::differing(const Call& good, std::uint32_t good_activity,
                                               const Call& bad, std::uint32_t bad_activity) const {
  std::vector<DifferingValue> result;
  if (!ends_alike(good, bad)) return result;
  for (std::uint8_t i = 0; i < good.value_count; ++i) {
    const Value& left = good_.values[good.first_value + i];
    for (std::uint8_t j = 0; j < bad.value_count; ++j) {
      const Value& right = bad_.values[bad.first_value + j];
      if (left.field != right.field) continue;
      if (of_good(left, good_activity) != of_bad(right, bad_activity)) result.push_back({i, j});
    }
  }
  return result;
}

}  // namespace ddireplay::tools::diff
