// Handles that a driver has opened and closed.
//
// Only handles of the kernel's own table mean the same everywhere; of others it takes the process.
// On Windows those have the upper bits set. Where the kernel is a process (Wine), all of its
// handles are of one table.
//
// A handle that the driver was given in a way that the trace doesn't show is not known. A value
// that was closed may come back like that: through a routine whose outputs are not recorded, which
// is why a call of one makes the model forget what is closed.
#pragma once

#include <cstdint>
#include <memory>

#include "format/freestanding/layout.h"
#include "replay/function_ref.h"
#include "replay/model.h"
#include "replay/moment.h"
#include "replay/operation.h"

namespace ddireplay::replay {

struct Handle {
  std::uint64_t value = 0;
  HandleKind kind = HandleKind::other;
  format::ModuleId driver = format::kNoModuleId;  // that opened it
  Moment opened;
  Moment closed;  // position 0: it is open

  bool is_closed() const { return closed.position != 0; }
};

class HandleModel final : public Model {
 public:
  HandleModel(unsigned pointer_bytes, format::Host host);
  ~HandleModel() override;

  std::span<const Op> operations() const override;
  void apply(const Step& step) override;

  // Whether the value is of the table that all processes share. Pseudo-handles and 0 are not.
  bool is_kernel(std::uint64_t handle) const;
  // Whether a handle tells by its value which table it is of.
  bool tables_differ() const;
  // The last one of that value that was opened, open or closed; nullptr where none is known.
  const Handle* find(std::uint64_t handle) const;
  // Those that the driver has open, in the order in which it opened them.
  void for_each_open(format::ModuleId driver, FunctionRef<void(const Handle&)> look) const;
  // EPROCESS address of the System process; 0: not known.
  std::uint64_t system_process() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
