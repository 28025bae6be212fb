// The modules and functions that records refer to, in memory that is fixed at the start.
//
// Entries may be added from any processor at any IRQL (a driver hands out a new routine at
// DISPATCH_LEVEL): nobody waits. They never change or go; one that a record refers to is complete.
// Any other may be in the making: who goes through all of them asks.
// Two processors that add the same module at the same moment may both make an entry of it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "format/freestanding/chunk_encoder.h"
#include "recorder/core/capture.h"
#include "recorder/core/platform.h"

namespace ddireplay::recorder {

// Stands for the address of a routine that is inlined everywhere.
inline constexpr std::uint64_t kInlined = 0;

class TraceTables {
 public:
  void attach(std::span<format::ModuleEntry> modules, std::span<format::FunctionEntry> functions,
              std::span<std::atomic<std::uint8_t>> providers, std::span<char> text) {
    modules_ = modules;
    functions_ = functions;
    providers_ = providers;
    text_ = text;
  }

  // A copy that stays: the original may go with the driver's image. Empty when there is no room.
  std::string_view keep(std::string_view text) {
    const std::size_t at = text_used_.fetch_add(text.size(), std::memory_order_relaxed);
    if (at > text_.size() || text.size() > text_.size() - at) return {};
    for (std::size_t i = 0; i < text.size(); ++i) text_[at + i] = text[i];
    return {text_.data() + at, text.size()};
  }

  // A function of that name (kept by the caller) with the layout of `plan`. False: no room.
  bool add_function(std::string_view name, const RowPlan& plan, std::uint16_t module,
                    std::uint64_t original, platform::Provider provider, std::uint16_t& id) {
    std::uint32_t place = 0;
    if (!take(functions_used_, functions_.size(), place)) return false;
    functions_[place] = {.name = name,
                         .prototype = plan.row->prototype,
                         .derived = plan.row->derived,
                         .module = module,
                         .entry_count = plan.entry_count,
                         .exit_count = plan.exit_count,
                         .original = original};
    providers_[place].store(1 + static_cast<std::uint8_t>(provider), std::memory_order_release);
    id = static_cast<std::uint16_t>(place);
    return true;
  }

  // The same module is kept once, texts and all. kNoModule: no room.
  std::uint16_t add_module(const format::ModuleEntry& module) {
    for (std::size_t i = 0; i < modules().size(); ++i) {
      if (size_of(modules_[i]) != 0 && is_same(modules_[i], module))
        return static_cast<std::uint16_t>(i);
    }
    std::uint32_t place = 0;
    if (!take(modules_used_, modules_.size(), place)) return format::kNoModule;
    format::ModuleEntry& entry = modules_[place];
    entry.name = keep(module.name);
    entry.base = module.base;
    entry.time_date_stamp = module.time_date_stamp;
    entry.checksum = module.checksum;
    entry.pdb_name = keep(module.pdb_name);
    for (std::size_t i = 0; i < sizeof(entry.pdb_guid); ++i) {
      entry.pdb_guid[i] = module.pdb_guid[i];
    }
    entry.pdb_age = module.pdb_age;
    entry.is_target = module.is_target;
    // With its size it begins to hold addresses: until then nobody finds it.
    std::atomic_ref(entry.size).store(module.size, std::memory_order_release);
    return static_cast<std::uint16_t>(place);
  }

  std::span<const format::ModuleEntry> modules() const {
    return modules_.first(modules_used_.load(std::memory_order_acquire));
  }
  std::span<const format::FunctionEntry> functions() const {
    return functions_.first(functions_used_.load(std::memory_order_acquire));
  }

  // Of a function's place: whether it is complete, so that it may be looked at.
  bool is_complete(std::size_t function) const {
    return providers_[function].load(std::memory_order_acquire) != 0;
  }
  // Of one that is.
  platform::Provider provider(std::size_t function) const {
    return static_cast<platform::Provider>(providers_[function].load(std::memory_order_acquire) -
                                           1);
  }

  // Whether it is complete, and a target imports it: not a callback, and not an inlined routine.
  bool is_import(std::size_t place) const {
    if (!is_complete(place)) return false;
    const format::FunctionEntry& function = functions_[place];
    return function.module != format::kNoModule && function.original != kInlined &&
           !function.name.starts_with("cb:");
  }

  // Whether some module that is known holds that address.
  bool has_module_at(std::uint64_t address) const {
    for (format::ModuleEntry& module : modules_.first(modules().size())) {
      const std::uint64_t size = size_of(module);
      if (size != 0 && address - module.base < size) return true;
    }
    return false;
  }

 private:
  // Takes the next place of a table; a counter that refused callers kept adding to would wrap.
  static bool take(std::atomic<std::uint32_t>& used, std::size_t limit, std::uint32_t& place) {
    place = used.load(std::memory_order_relaxed);
    do {
      if (place == limit) return false;
    } while (!used.compare_exchange_weak(place, place + 1, std::memory_order_acq_rel,
                                         std::memory_order_relaxed));
    return true;
  }

  static std::uint64_t size_of(format::ModuleEntry& module) {
    return std::atomic_ref(module.size).load(std::memory_order_acquire);
  }

  // A target stays a target: the same image may have been met before as part of a stack.
  static bool is_same(const format::ModuleEntry& left, const format::ModuleEntry& right) {
    return left.base == right.base && left.size == right.size &&
           left.time_date_stamp == right.time_date_stamp && left.is_target == right.is_target &&
           left.name == right.name;
  }

  std::span<format::ModuleEntry> modules_;
  std::span<format::FunctionEntry> functions_;
  std::span<std::atomic<std::uint8_t>> providers_;  // per function: 0, or 1 + its provider
  std::span<char> text_;
  std::atomic<std::uint32_t> modules_used_{0};
  std::atomic<std::uint32_t> functions_used_{0};
  std::atomic<std::size_t> text_used_{0};
};

}  // namespace ddireplay::recorder
