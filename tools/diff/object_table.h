// Which object an address or a handle is of, at one moment of a recording.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>

#include "tools/diff/recording.h"

namespace ddireplay::tools::diff {

class ObjectTable {
 public:
  struct Found {
    std::uint32_t object = kNone;
    bool is_whole = false;        // its address, and not one within it
    std::uint32_t frame = kNone;  // set: on a stack, and known only while this activity lasts
  };

  // Memory of `size` bytes. What lay there is gone.
  void add_memory(std::uint64_t address, std::uint64_t size, std::uint32_t object);
  // A structure in memory of somebody's. In memory that nobody is known to have allocated, most
  // likely a stack, it is known for as long as `frame`, an activity, lasts; kNone: for good.
  void add_structure(std::uint64_t address, std::uint32_t object, std::uint32_t frame);
  void add_handle(std::uint64_t handle, std::uint32_t object) { handles_[handle] = object; }

  // What begins there is gone: others may have its memory. The next free of the address is still
  // told whose it was.
  void forget(std::uint64_t address);
  void forget_handle(std::uint64_t handle) { handles_.erase(handle); }

  Found find(std::uint64_t address) const;
  // What began there and was forgotten, if nothing else has come there since.
  std::uint32_t find_gone(std::uint64_t address) const;
  std::uint32_t find_handle(std::uint64_t handle) const;

 private:
  struct Structure {
    std::uint32_t object;
    std::uint32_t owner;  // of the memory it lies in, when it came; kNone: unknown memory
    std::uint32_t frame;
  };
  struct Memory {
    std::uint64_t end;
    std::uint32_t object;
  };
  std::uint32_t owner_of(std::uint64_t address) const;

  std::map<std::uint64_t, Memory> memory_;                   // by start; they don't overlap
  std::unordered_map<std::uint64_t, std::uint32_t> starts_;  // of memory_
  std::unordered_map<std::uint64_t, Structure> structures_;
  std::unordered_map<std::uint64_t, std::uint32_t> gone_;
  std::unordered_map<std::uint64_t, std::uint32_t> handles_;
};

}  // namespace ddireplay::tools::diff
