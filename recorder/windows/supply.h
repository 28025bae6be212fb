// The layer that supplies what Wine's kernel lacks (recorder/wine), as the recorder uses it. On
// Windows it is never started.
#pragma once

namespace ddireplay::recorder {

// At PASSIVE_LEVEL. Nothing on Windows, and nothing when this Wine can't be worked with: then its
// own routines are recorded, without IRQL.
void start_supplying();

// Whether supplied routines take the place of Wine's, and every thread has its IRQL.
bool supplying();

// When no driver uses supplied routines any more. False: something of the layer still runs, now and
// for ever as far as is known, so this code must stay loaded. At PASSIVE_LEVEL.
bool stop_supplying();

}  // namespace ddireplay::recorder
