#include "format/table_encoder.h"

#include <algorithm>

namespace ddireplay::format {

namespace {

FunctionEntry to_entry(const Function& from) {
  FunctionEntry to;
  to.name = from.name;
  to.prototype = from.prototype;
  to.derived = from.derived;
  to.module = from.module == kNoModuleId ? kNoModule : static_cast<std::uint16_t>(from.module);
  to.entry_count = from.layout.entry_count;
  to.exit_count = from.layout.field_count;
  to.original = from.original;
  return to;
}

}  // namespace

ModuleEntry to_entry(const Module& from) {
  ModuleEntry to;
  to.name = from.name;
  to.base = from.base;
  to.size = from.size;
  to.time_date_stamp = from.time_date_stamp;
  to.checksum = from.checksum;
  to.pdb_name = from.pdb_name;
  std::ranges::copy(from.pdb_guid, to.pdb_guid);
  to.pdb_age = from.pdb_age;
  to.is_target = from.is_target;
  return to;
}

std::span<const std::byte> TableEncoder::encode(const ChunkIdentity& identity,
                                                std::span<const Slot> slots,
                                                const TraceTables& tables) {
  catch_up(tables);
  make_room(slots.size());
  const ChunkTables entries = {modules_, functions_, {stacks_, frames_}};
  return encoder_->encode(identity, slots, entries, std::as_writable_bytes(output_.span()));
}

std::span<const ModuleEntry> TableEncoder::modules(const TraceTables& tables) {
  catch_up(tables);
  return modules_;
}

// Entries never change; only new ones have to be looked at.
void TableEncoder::catch_up(const TraceTables& tables) {
  while (modules_.size() < tables.module_count()) {
    modules_.push_back(to_entry(tables.module(static_cast<ModuleId>(modules_.size()))));
    text_bytes_ += modules_.back().name.size() + modules_.back().pdb_name.size();
  }
  while (functions_.size() < tables.function_count()) {
    functions_.push_back(to_entry(tables.function(static_cast<FunctionId>(functions_.size()))));
    const FunctionEntry& added = functions_.back();
    text_bytes_ += added.name.size() + added.prototype.size() + added.derived.size();
  }
  while (stacks_.size() < tables.stack_count()) {
    const auto frames = tables.stack(static_cast<StackId>(stacks_.size()));
    stacks_.push_back({.first_frame = static_cast<std::uint32_t>(frames_.size()),
                       .depth = static_cast<std::uint32_t>(frames.size())});
    frames_.insert(frames_.end(), frames.begin(), frames.end());
  }
}

void TableEncoder::make_room(std::size_t slots) {
  bool fits = encoder_.has_value();
  const auto make_room_for = [&](std::size_t size, std::uint32_t& limit) {
    if (size <= limit) return;
    limit = static_cast<std::uint32_t>(size + size / 2);  // tables go on growing
    fits = false;
  };
  make_room_for(slots, limits_.slots);
  make_room_for(modules_.size(), limits_.modules);
  make_room_for(functions_.size(), limits_.functions);
  make_room_for(stacks_.size(), limits_.stacks);
  make_room_for(frames_.size(), limits_.frames);
  make_room_for(text_bytes_, limits_.text_bytes);
  if (fits) return;
  const auto slots_for_bytes = [](std::size_t bytes) { return bytes / sizeof(Slot) + 1; };
  scratch_.resize(slots_for_bytes(ChunkEncoder::scratch_bytes(limits_, level_)));
  output_.resize(slots_for_bytes(ChunkEncoder::chunk_bytes(limits_)));
  encoder_.emplace(limits_, std::as_writable_bytes(scratch_.span()), level_);
}

}  // namespace ddireplay::format
