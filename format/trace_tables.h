// The tables of a whole trace: modules, functions and stacks, each once, numbered in the order in
// which they are met.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "format/event.h"
#include "format/id_hash.h"

namespace ddireplay::format {

// What makes a function the same as another.
struct FunctionKey {
  std::string_view name;
  std::string_view prototype;
  std::string_view derived;
  std::uint64_t original = 0;
  ModuleId module = kNoModuleId;
};

// Ids and addresses of what is in the tables never change. Not thread-safe.
class TraceTables {
 public:
  ModuleId intern_module(const Module& module);
  FunctionId intern_function(const FunctionKey& key);  // its layout must be free of errors
  StackId intern_stack(std::span<const std::uint64_t> frames);

  const Module& module(ModuleId id) const { return modules_.at(id); }
  std::size_t module_count() const { return modules_.size(); }
  const Function& function(FunctionId id) const { return functions_.at(id); }
  std::size_t function_count() const { return functions_.size(); }
  std::span<const std::uint64_t> stack(StackId id) const { return stacks_.at(id); }
  std::size_t stack_count() const { return stacks_.size(); }

 private:
  std::span<const std::uint64_t> store(std::span<const std::uint64_t> frames);

  std::deque<Module> modules_;
  std::deque<Function> functions_;
  std::vector<std::span<const std::uint64_t>> stacks_;
  IdHash modules_by_content_;
  IdHash functions_by_content_;
  IdHash stacks_by_content_;

  // Frames of stacks: blocks that are filled one after the other.
  std::vector<std::unique_ptr<std::uint64_t[]>> frame_blocks_;
  std::uint64_t* block_end_ = nullptr;  // of the last one
  std::size_t free_frames_ = 0;         // in the last one
};

}  // namespace ddireplay::format
