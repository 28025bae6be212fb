// A jump to one of our stubs from a place near an image.
//
// Only for Wine, which calls the entry point that the image's header has: a distance of 32 bits,
// upwards from the image, which our stubs may lie beyond. There the kernel lives in a process,
// whose memory may be made executable; on Windows neither is true, nor needed.
#pragma once

#include <cstdint>

namespace ddireplay::recorder {

// Makes a jump to `destination` at most 4 GiB above `base`. Returns its address; 0: none can be
// made. At PASSIVE_LEVEL.
std::uint64_t make_springboard(std::uint64_t base, std::uint64_t size, std::uint64_t destination);
void free_springboard(std::uint64_t springboard);

}  // namespace ddireplay::recorder
