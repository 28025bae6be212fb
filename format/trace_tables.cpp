#include "format/trace_tables.h"

#include <algorithm>

#include "format/freestanding/checksum.h"

namespace ddireplay::format {

namespace {

constexpr std::size_t kFramesPerBlock = 64 * 1024;

std::uint64_t hash_of(std::string_view text) { return checksum(text.data(), text.size()); }

// Order matters, so that (a, b) and (b, a) differ.
std::uint64_t combine(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9e3779b97f4a7c15;
  return hash ^ hash >> 32;
}

std::uint64_t hash_of(const Module& module) {
  std::uint64_t hash = hash_of(module.name);
  hash = combine(hash, module.base);
  hash = combine(hash, module.size);
  return combine(hash, module.time_date_stamp);
}

std::uint64_t hash_of(const FunctionKey& key) {
  std::uint64_t hash = hash_of(key.name);
  hash = combine(hash, hash_of(key.prototype));
  hash = combine(hash, hash_of(key.derived));
  hash = combine(hash, key.original);
  return combine(hash, key.module);
}

bool is_same(const Function& function, const FunctionKey& key) {
  return function.original == key.original && function.module == key.module &&
         function.name == key.name && function.prototype == key.prototype &&
         function.derived == key.derived;
}

Family family_of(std::string_view name) {
  if (name.starts_with("cb:")) return Family::callback;
  const DdiRow* const row = find_ddi(name);
  return row == nullptr ? Family::unknown : row->family;
}

}  // namespace

ModuleId TraceTables::intern_module(const Module& module) {
  const std::uint64_t hash = hash_of(module);
  const auto known =
      modules_by_content_.find(hash, [&](ModuleId id) { return modules_[id] == module; });
  if (known != IdHash::kNone) return known;
  const auto id = static_cast<ModuleId>(modules_.size());
  modules_.push_back(module);
  modules_by_content_.insert(hash, id);
  return id;
}

FunctionId TraceTables::intern_function(const FunctionKey& key) {
  const std::uint64_t hash = hash_of(key);
  const auto known =
      functions_by_content_.find(hash, [&](FunctionId id) { return is_same(functions_[id], key); });
  if (known != IdHash::kNone) return known;
  const auto id = static_cast<FunctionId>(functions_.size());
  Function& function = functions_.emplace_back();
  function.name = key.name;
  function.prototype = key.prototype;
  function.derived = key.derived;
  function.original = key.original;
  function.module = key.module;
  function.layout = parse_layout(function.prototype, function.derived);
  function.family = family_of(function.name);
  functions_by_content_.insert(hash, id);
  return id;
}

StackId TraceTables::intern_stack(std::span<const std::uint64_t> frames) {
  const std::uint64_t hash = checksum(frames.data(), frames.size_bytes());
  const auto known = stacks_by_content_.find(
      hash, [&](StackId id) { return std::ranges::equal(stacks_[id], frames); });
  if (known != IdHash::kNone) return known;
  const auto id = static_cast<StackId>(stacks_.size());
  stacks_.push_back(store(frames));
  stacks_by_content_.insert(hash, id);
  return id;
}

std::span<const std::uint64_t> TraceTables::store(std::span<const std::uint64_t> frames) {
  if (frames.size() > free_frames_) {
    free_frames_ = std::max(kFramesPerBlock, frames.size());
    frame_blocks_.push_back(std::make_unique_for_overwrite<std::uint64_t[]>(free_frames_));
    block_end_ = frame_blocks_.back().get() + free_frames_;
  }
  std::uint64_t* const place = block_end_ - free_frames_;
  std::ranges::copy(frames, place);
  free_frames_ -= frames.size();
  return {place, frames.size()};
}

}  // namespace ddireplay::format
