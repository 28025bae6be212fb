// Remove locks (IO_REMOVE_LOCK): where they lie, and who holds them, by tag.
//
// A tag may be held several times, by any thread, and NULL is one. Of several equal holds a release
// ends the newest: a tag is an address that is used again, as a request's is, and what its former
// owner left held stays as it was.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "replay/function_ref.h"
#include "replay/model.h"
#include "replay/moment.h"
#include "replay/operation.h"

namespace ddireplay::replay {

struct RemoveLock {
  struct Hold {
    std::uint64_t tag = 0;
    Moment acquired;
  };
  std::uint64_t address = 0;
  format::ModuleId driver = format::kNoModuleId;
  Moment initialised;
  Moment drained;           // IoReleaseRemoveLockAndWait was called
  std::vector<Hold> holds;  // outstanding, oldest first

  // The newest hold with that tag.
  const Hold* find(std::uint64_t tag) const;
};

class RemoveLockModel final : public Model {
 public:
  explicit RemoveLockModel(unsigned pointer_bytes);
  ~RemoveLockModel() override;

  std::span<const Op> operations() const override;
  void apply(const Step& step) override;
  void forget(std::uint64_t begin, std::uint64_t end) override;
  void count_objects_in(ObjectPages& pages) override;

  const RemoveLock* find(std::uint64_t address) const;
  std::uint64_t object_bytes() const;
  void for_each_in(std::uint64_t begin, std::uint64_t end,
                   FunctionRef<void(const RemoveLock&)> visit) const;
  void for_each(FunctionRef<void(const RemoveLock&)> visit) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
