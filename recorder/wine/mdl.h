// MDLs that Wine's kernel makes itself, for direct I/O.
#pragma once

#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {

// Gives the MDLs that Wine attached to an IRP the flags that Windows' I/O manager would have left
// there: pages locked, not mapped. To be called before a dispatch routine sees the IRP. `operation`
// is what the driver may do with the buffer.
void adopt_mdls(PIRP irp, LOCK_OPERATION operation);

}  // namespace ddireplay::recorder::wine
