// The smallest driver that has functions, data and lines: its image and its PDB are seeds.
static volatile int counter;

__attribute__((noinline)) static int step(int by) {
  counter += by;
  return counter;
}

int DriverEntry(void* driver, void* path) {
  if (driver == path) return step(1);
  return step(2) + step(3);
}
