// Whole pages of memory, straight from the process.
#pragma once

#include "recorder/wine/kernel.h"

namespace ddireplay::recorder::wine {

// Zeroed; nullptr when there is none.
void* allocate_pages(SIZE_T length);
void free_pages(void* base);

}  // namespace ddireplay::recorder::wine
