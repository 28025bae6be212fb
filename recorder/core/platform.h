// What the recorder's core needs of the machine it runs on.
//
// Bound when the recorder is linked, not through pointers: most of these are called for every
// event. recorder/windows/platform.cpp is the kernel's, tests/recorder/fake_platform.cpp the
// tests'. All of them may be called at any IRQL, except where it says otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "format/freestanding/chunk_encoder.h"
#include "format/freestanding/ddi_layout.h"
#include "format/freestanding/layout.h"

namespace ddireplay::recorder::platform {

// Number of the processor that runs this, counted over all groups. Only a hint where the caller can
// be preempted: by the time it is used the thread may run elsewhere.
std::uint32_t current_processor();

// Ticks of the clock that event times are made of. Never 0.
std::uint64_t clock();

// The level of the current processor, or kIrqlUnknown where the host doesn't show it.
std::uint8_t current_irql();

// KTHREAD address of the running thread, or its id where the host has none to show.
std::uint64_t current_thread();

// State of the machine, as the layouts of events ask for it (ddi_layout.h); any sample but the
// stack pointer, which the thunk knows. 0: not known here.
std::uint64_t sample(format::Sample what);

// Reads or writes 1, 2, 4 or 8 bytes. False, and nothing done, when that memory can't be touched
// here and now.
bool guarded_read(std::uint64_t address, unsigned bytes, std::uint64_t& value);
bool guarded_write_pointer(std::uint64_t address, std::uint64_t value);

// Writes `value` where `expected` stands, as one operation. False: something else stands there.
bool guarded_replace_pointer(std::uint64_t address, std::uint64_t expected, std::uint64_t value);

// Whether a routine at that address could be called: it lies in executable memory of a loaded
// image.
bool is_code(std::uint64_t address);

struct Frame {
  std::uint64_t return_address;
  std::uint64_t slot;  // where on the stack it stands
};

// What a walk needs and a kernel stack has no room for: a frame list, and a processor context.
struct alignas(16) WalkSpace {
  std::byte context[1280];
  Frame frames[format::kMaxStackFrames];
};

// Walks the stack outwards from the call whose return address stands at `stack_pointer`, at most
// `depth` frames. The first one is that call site. Returns the frames, none when no walk is
// possible.
std::span<const Frame> walk_stack(std::uint64_t stack_pointer, std::size_t depth, WalkSpace& space);

// As walk_stack(), from a processor context (a CONTEXT) whose instruction pointer is the first
// return address.
std::span<const Frame> walk_stack_of(const void* context, std::size_t depth, WalkSpace& space);

// Who answers an import.
enum class Provider : std::uint8_t {
  kernel,
  supplied,  // the layer that stands in for what a host's kernel lacks
  absent,    // nobody: a call to it ends in an exception
};

struct Provision {
  Provider provider;
  std::uint64_t routine;
};

// Of the import of that name, which the loader has bound to `original`.
Provision provide(std::string_view name, std::uint64_t original);

// A loaded module, with room for its texts.
struct ModuleDescription {
  format::ModuleEntry entry;  // its texts point into the arrays below
  char name[64];
  char pdb_name[256];
};

// Describes the module that an address lies in; false: none. At PASSIVE_LEVEL.
bool describe_module(std::uint64_t address, ModuleDescription& module);

// Driver's routines, as the thunk passes through them: what a kernel would have done before them,
// where the host's hasn't. At any IRQL.
void callback_reached();
void dispatch_reached(std::uint64_t device_object, std::uint64_t irp);
void cancel_reached();

// A request that its driver has marked pending may be gone at any moment: whether its memory may be
// touched all the same.
bool may_touch_pending_irps();

// Gives the thread back the level that the kernel goes on with after a callback, where the host
// keeps it per thread.
void set_irql_after_callback(std::uint8_t level);

// The same, for which it is PASSIVE_LEVEL.
void driver_entry_reached(std::uint16_t target, std::uint64_t driver_object);
void driver_entry_returned(std::uint16_t target, std::uint64_t driver_object, bool succeeded);
void unload_returned(std::uint16_t target);

}  // namespace ddireplay::recorder::platform
