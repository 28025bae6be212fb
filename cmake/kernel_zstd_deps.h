// Included ahead of every source of the kernel's zstd: stands in for the part of zstd's own
// zstd_deps.h that needs an allocator.
//
// The kernel's zstd works in a static workspace only (ZSTD_initStaticCCtx). An allocation is a
// mistake, and fails.
#pragma once

#define ZSTD_DEPS_MALLOC
#define ZSTD_malloc(size) ((void)(size), (void*)0)
#define ZSTD_calloc(count, size) ((void)(count), (void)(size), (void*)0)
#define ZSTD_free(pointer) ((void)(pointer))
