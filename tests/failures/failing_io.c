// Preloaded into a program, makes one of its calls that change a file fail, as if the disk were
// full.
//
// FAILING_IO=N: the N-th such call fails, counted from 1 and over all threads; a write of more than
// one byte takes the half of it first. FAILING_IO_SAYS=FILE: that file is made when it has failed.
// Standard output and standard error are not counted.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long calls;
// The half was taken: what follows for the rest of it fails.
static atomic_int half_taken;

static long failing_call(void) {
  const char* text = getenv("FAILING_IO");
  return text == NULL ? 0 : atol(text);
}

static int fail(void) {
  const char* path = getenv("FAILING_IO_SAYS");
  const int fd = path == NULL ? -1 : open(path, O_CREAT | O_WRONLY, 0600);
  if (fd >= 0) close(fd);
  errno = ENOSPC;
  return -1;
}

static int fails_now(void) { return atomic_fetch_add(&calls, 1) + 1 == failing_call(); }

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// What a write is to do: fail, take so many bytes, or all of them.
enum Plan { kAll, kHalf, kNothing };
static enum Plan plan_of(int fd, size_t bytes) {
  if (fd <= STDERR_FILENO) return kAll;
  if (atomic_exchange(&half_taken, 0)) return kNothing;
  if (!fails_now()) return kAll;
  if (bytes < 2) return kNothing;
  atomic_store(&half_taken, 1);
  return kHalf;
}

ssize_t write(int fd, const void* bytes, size_t size) {
  const enum Plan plan = plan_of(fd, size);
  if (plan == kNothing) return fail();
  return REAL(write)(fd, bytes, plan == kHalf ? size / 2 : size);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  const enum Plan plan = plan_of(fd, size);
  if (plan == kNothing) return fail();
  return REAL(pwrite)(fd, bytes, plan == kHalf ? size / 2 : size, at);
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  const enum Plan plan = plan_of(fd, size);
  if (plan == kNothing) return fail();
  return REAL(pwrite64)(fd, bytes, plan == kHalf ? size / 2 : size, at);
}

ssize_t writev(int fd, const struct iovec* parts, int count) {
  if (fd > STDERR_FILENO && fails_now()) return fail();
  return REAL(writev)(fd, parts, count);
}

int fsync(int fd) { return fails_now() ? fail() : REAL(fsync)(fd); }

int ftruncate(int fd, off_t bytes) { return fails_now() ? fail() : REAL(ftruncate)(fd, bytes); }

int ftruncate64(int fd, off64_t bytes) {
  return fails_now() ? fail() : REAL(ftruncate64)(fd, bytes);
}

int rename(const char* from, const char* to) {
  return fails_now() ? fail() : REAL(rename)(from, to);
}

int mkdir(const char* path, mode_t mode) { return fails_now() ? fail() : REAL(mkdir)(path, mode); }
