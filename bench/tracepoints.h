// LTTng-UST's tracepoint with the fields of one of our events: time comes with it.
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER ddireplay_bench

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "bench/tracepoints.h"

#if !defined(DDIREPLAY_BENCH_TRACEPOINTS_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define DDIREPLAY_BENCH_TRACEPOINTS_H

#include <lttng/tracepoint.h>
#include <stdint.h>

LTTNG_UST_TRACEPOINT_EVENT(
    ddireplay_bench, call,
    LTTNG_UST_TP_ARGS(uint64_t, thread, uint32_t, stack, uint16_t, function, uint8_t, irql, uint8_t,
                      flags, uint64_t, first, uint64_t, second),
    LTTNG_UST_TP_FIELDS(lttng_ust_field_integer_hex(uint64_t, thread, thread)
                            lttng_ust_field_integer(uint32_t, stack, stack)
                                lttng_ust_field_integer(uint16_t, function, function)
                                    lttng_ust_field_integer(uint8_t, irql, irql)
                                        lttng_ust_field_integer(uint8_t, flags, flags)
                                            lttng_ust_field_integer_hex(uint64_t, first, first)
                                                lttng_ust_field_integer_hex(uint64_t, second,
                                                                            second)))

#endif

#include <lttng/tracepoint-event.h>
