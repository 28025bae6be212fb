// Everything that a driver allocates and must free: pool blocks, and the MDLs and work items which
// Driver Verifier tracks as pool of its own tags (VMdl, Vfwi).
//
// A live block is found by its address, by any address within it, by its driver (newest first), all
// without a search.
//
// A freed block leaves a tombstone, until a block is allocated at its address. The newest 65,536
// are kept, as in Driver Verifier's own log: a second free that comes later than that is still
// found, but as the free of an address that was never allocated, and without the first free's
// stack.
//
// A block whose memory is allocated anew was freed unseen (by a driver that is not recorded, or in
// a gap) and is dropped without a word. For a block of many pages only its first pages are looked
// at.
#pragma once

#include <cstdint>

#include <memory>
#include <string_view>

#include "replay/function_ref.h"
#include "replay/model.h"
#include "replay/moment.h"
#include "replay/operation.h"

namespace ddireplay::replay {

enum class BlockKind : std::uint8_t {
  pool,
  mdl,
  work_item,
  string,      // the buffer of a string that the run-time library allocated for the driver
  contiguous,  // MmAllocateContiguousMemory
  received,    // the system allocated it, the driver is to free it; its size may be unknown (0)
};
std::string_view block_kind_name(BlockKind kind);

struct PoolBlock {
  std::uint64_t address = 0;
  std::uint64_t size = 0;     // bytes asked for
  std::uint64_t charged = 0;  // bytes as the recorded machine's verifier counts them, else as size
  // Bytes that certainly are the block's. Fewer than `size` where only Windows' size is known:
  // another kernel's work items may be smaller, and other blocks lie where Windows would have the
  // item's end.
  std::uint64_t extent = 0;
  std::uint64_t irp = 0;   // of an MDL: the request that it was allocated for
  std::uint32_t type = 0;  // POOL_TYPE bits
  std::uint32_t tag = 0;
  BlockKind kind = BlockKind::pool;
  // The driver must free it: it is counted and listed, and a leak at unload. False: it came from
  // the system, or went to the system with a request.
  bool owned = false;
  format::ModuleId driver = format::kNoModuleId;
  Moment allocated;
  Moment freed;  // seen: this is a tombstone

  bool paged() const { return (type & 1) != 0; }
  std::uint64_t end() const { return address + extent; }
  bool contains(std::uint64_t where) const { return where - address < extent; }
};

// What !verifier counts for one driver, or for all.
struct PoolStatistics {
  std::uint64_t attempted = 0;
  std::uint64_t succeeded = 0;
  std::uint64_t failed = 0;
  std::uint64_t without_tag = 0;
  struct Current {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
    std::uint64_t peak_count = 0;
    std::uint64_t peak_bytes = 0;
  };
  Current paged;
  Current nonpaged;
};

class PoolModel final : public Model {
 public:
  PoolModel();
  ~PoolModel() override;

  std::span<const Op> operations() const override;
  void apply(const Step& step) override;

  // The live block that begins at `address`, or nullptr.
  const PoolBlock* find(std::uint64_t address) const;
  // The live block that contains `address`, or nullptr.
  const PoolBlock* containing(std::uint64_t address) const;
  // The block that began at `address` and was freed, if its memory has not been allocated again.
  const PoolBlock* tombstone(std::uint64_t address) const;

  // Live blocks that the driver owns, newest first, as `!verifier 3` lists them. They stay listed
  // when it has been unloaded, until it is loaded again.
  void for_each_of(format::ModuleId driver, FunctionRef<void(const PoolBlock&)> visit) const;
  // The last call by which the driver may have come by a block whose address was not recorded.
  Moment last_unseen_source(format::ModuleId driver) const;
  const PoolStatistics& statistics(format::ModuleId driver) const;
  const PoolStatistics& total() const;
  std::uint64_t live_count() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
