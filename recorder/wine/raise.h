// Raising a status as an exception, which Wine's kernel can't.
#pragma once

#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {

[[noreturn]] void raise_status(NTSTATUS status);

}  // namespace ddireplay::recorder::wine
