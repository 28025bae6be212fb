// malloc_workload PAIRS: blocks of eight sizes, taken and given back from several depths of calls,
// some thousand of them alive. For heaptrack, which records allocations of user programs.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define LIVE_BLOCKS 4096

static void* live[LIVE_BLOCKS];
static uint64_t state = 1;

static uint64_t next_random(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

// The barrier after the call keeps the compiler from making a jump of it.
static __attribute__((noinline)) void exchange(int depth, size_t place, size_t size) {
  if (depth == 0) {
    free(live[place]);
    live[place] = malloc(size);
  } else {
    exchange(depth - 1, place, size);
  }
  __asm__ volatile("" ::: "memory");
}

int main(int argument_count, char** arguments) {
  const uint64_t pairs = argument_count > 1 ? strtoull(arguments[1], NULL, 10) : 100000;
  for (uint64_t i = 0; i < pairs; ++i) {
    const uint64_t drawn = next_random();
    exchange(8 + (int)(drawn & 7), drawn >> 8 & (LIVE_BLOCKS - 1), (size_t)16 << (drawn >> 32 & 7));
  }
  for (size_t i = 0; i < LIVE_BLOCKS; ++i) free(live[i]);
  return 0;
}
