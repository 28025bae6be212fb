// MDLs that the driver allocates, locks and maps: what MdlFlags alone don't tell.
//
// The flags of an MDL are recorded before and after the calls that change them, and other drivers
// change them too: whether an MDL is locked or mapped is for its flags to say. The model knows who
// did it, when, and at which address; and it alone knows mappings into user space, which leave no
// flag. A call that was left by an exception has changed nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "replay/function_ref.h"
#include "replay/model.h"
#include "replay/moment.h"
#include "replay/operation.h"

namespace ddireplay::replay {

// MdlFlags.
inline constexpr std::uint64_t kMdlMapped = 0x1;  // to a system address
inline constexpr std::uint64_t kMdlLocked = 0x2;
inline constexpr std::uint64_t kMdlNonpagedSource = 0x4;
inline constexpr std::uint64_t kMdlPartial = 0x10;
inline constexpr std::uint64_t kMdlPartialMapped = 0x20;
inline constexpr std::uint64_t kMdlIoSpace = 0x800;

struct MdlMapping {
  std::uint64_t address = 0;  // 0: there is none
  std::uint64_t start = 0;    // StartVa of the MDL when it was mapped
  std::uint64_t process = 0;  // EPROCESS, of a mapping into user space; 0: not known
  Moment mapped;
};

struct Mdl {
  std::uint64_t address = 0;
  std::uint64_t described = 0;  // start of its buffer, where the driver allocated it
  std::uint64_t pages = 0;      // that its buffer reaches into, when it was locked
  bool resident = false;        // was locked or built: its page numbers are those of memory
  bool locked = false;          // by the driver, which is to unlock it
  bool had_user_mapping = false;
  format::ModuleId driver = format::kNoModuleId;
  Moment allocated;
  Moment locked_at;
  MdlMapping system;
  std::vector<MdlMapping> user;  // open ones
};

class MdlModel final : public Model {
 public:
  explicit MdlModel(unsigned pointer_bytes);
  ~MdlModel() override;

  std::span<const Op> operations() const override;
  void apply(const Step& step) override;
  void forget(std::uint64_t begin, std::uint64_t end) override;
  void count_objects_in(ObjectPages& pages) override;

  // The MDL there if the driver has allocated, locked or mapped it, or nullptr.
  const Mdl* find(std::uint64_t address) const;
  std::uint64_t object_bytes() const;  // of an MDL without its page numbers
  void for_each_in(std::uint64_t begin, std::uint64_t end,
                   FunctionRef<void(const Mdl&)> visit) const;
  void for_each(FunctionRef<void(const Mdl&)> visit) const;  // by address

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ddireplay::replay
