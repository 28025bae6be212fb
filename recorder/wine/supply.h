// What this layer supplies of a kernel when the kernel is Wine's.
//
// A recorder that hooks a driver's imports looks each of them up here and, where there is a
// supplied routine, calls through to that instead of to Wine's export. The driver sees a kernel
// that has what modern drivers call; the trace says of each such import that it was supplied.
//
// Nothing here may be used on Windows.
#pragma once

#include <span>
#include <string_view>

#include "recorder/wine/irql.h"
#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {

struct SuppliedRoutine {
  std::string_view name;
  void (*routine)();              // whatever its prototype
  bool replaces;                  // Wine has one, but it does nothing or too little
  std::string_view not_faithful;  // what it does not do as Windows does; empty: nothing known
};

// Is this kernel Wine's? May be asked on Windows.
bool is_wine();

// Starts everything that supplied routines rely on. False: this Wine can't be worked with, and
// nothing is left running. `callbacks` is copied.
bool start_supply(const IrqlCallbacks& callbacks);

// To be called when the drivers that use supplied routines are unloaded. Waits for DPCs and work
// items that are running, but not for ever. False: one still runs, so this code must stay loaded.
bool stop_supply();

// All of them, and the one of that name or nullptr. Sorted by name.
std::span<const SuppliedRoutine> supplied_routines();
const SuppliedRoutine* find_supplied(std::string_view name);

}  // namespace ddireplay::recorder::wine
