/*
 * The loops that drive NIXL: build descriptor lists, post, poll, collect notifications. They run on the thread of the
 * caller and leave their progress in a page that another thread reads while they run, also while they are inside a call
 * that does not return.
 */
#ifndef NIXLCONFORM_DRIVE_H
#define NIXLCONFORM_DRIVE_H

#include <stddef.h>
#include <stdint.h>

#include "nixlconform/nixl_table.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Written by the driving thread, read by any (but stop, which any thread may set). Times are CLOCK_MONOTONIC. 64 bytes. */
typedef struct nxc_progress {
    uint32_t call;                   /* 1 + index of the NIXL function that runs now, 0 between calls */
    uint32_t stop;                   /* 1: leave the loop at the next chance */
    uint64_t call_since_ns;          /* when that call began */
    uint64_t changed_ns;             /* when a count below last changed */
    uint32_t requests;               /* to post in this iteration */
    uint32_t posted;
    uint32_t done;                   /* ended with success */
    uint32_t failed;                 /* ended with an error */
    uint32_t notifications_expected; /* by this rank in this iteration */
    uint32_t notifications_received; /* of them */
    uint64_t polls;
    uint64_t reserved;
} nxc_progress;

/* One request of an iteration. 48 bytes. */
typedef struct nxc_request {
    void *handle;      /* nixl_capi_xfer_req_t */
    int32_t status;    /* out: 0 done, 1 in progress, negative failed; 1 before it is posted */
    uint32_t failed_call; /* out: 1 + index of the function that failed, 0 when none did */
    uint64_t post_ns;  /* out: time inside post_xfer_req */
    uint64_t total_ns; /* out: from before post until the status was terminal */
    uint64_t begin_ns; /* out: CLOCK_MONOTONIC before post */
    uint64_t polls;    /* out */
} nxc_request;

enum { NXC_NAME_BYTES = 64, NXC_TEXT_BYTES = 128 };

/* One notification that must arrive. 216 bytes. */
typedef struct nxc_expected_notification {
    char sender[NXC_NAME_BYTES]; /* zero terminated */
    char text[NXC_TEXT_BYTES];
    uint32_t text_length;
    uint32_t received;  /* out: how often */
    uint64_t first_ns;  /* out: when first */
    uint64_t reserved;
} nxc_expected_notification;

/* A notification that nobody waits for. 200 bytes. */
typedef struct nxc_stray_notification {
    char sender[NXC_NAME_BYTES];
    char text[NXC_TEXT_BYTES]; /* cut when longer */
    uint32_t text_length;      /* uncut */
    uint32_t reserved;
} nxc_stray_notification;

/* 40 bytes. */
typedef struct nxc_notification_book {
    nxc_expected_notification *expected;
    uint64_t expected_count;
    nxc_stray_notification *strays;
    uint64_t stray_capacity;
    uint64_t stray_count; /* out: all of them, also those that found no room */
} nxc_notification_book;

/* Name of function `index` without its prefix nixl_capi_, NULL past the end. */
const char *nxc_nixl_function_name(uint32_t index);

/* Appends `count` descriptors (base + first + i * stride, length) for each of `regions` bases, region-major. Returns the
 * first status that is not 0, else 0. */
int32_t nxc_drive_add_descriptors(nxc_nixl_table table, void *list, const uint64_t *bases, uint64_t regions,
                                  uint64_t first, uint64_t length, uint64_t stride, uint64_t count, uint64_t device);

/* One range that is moved: addresses in this process and in the target's, and its length. 24 bytes. */
typedef struct nxc_copy_range {
    uint64_t local;
    uint64_t remote;
    uint64_t length;
} nxc_copy_range;

enum { NXC_VISIBLE_RANGES = 512 };

/*
 * What of a WRITE is in the target's memory, on the same machine, once its initiator is told that it is done. The kernel
 * reads the last 8 bytes of each range there (the whole range when shorter), which are held against the local ones. 56 bytes.
 */
typedef struct nxc_visibility {
    const nxc_copy_range *ranges;
    uint64_t count;     /* at most NXC_VISIBLE_RANGES, which one call of the kernel reads; 0: nobody looks */
    int32_t pid;        /* of the target */
    int32_t error;      /* out: errno of a read that failed, after which nobody looks any more; else 0 */
    uint64_t limit_ns;  /* how long to look, from DONE on */
    uint64_t hidden;    /* out: ranges that were not there at DONE */
    uint64_t missing;   /* out: of them, those that were not there at the last look either */
    uint64_t latest_ns; /* out: from DONE until the last of the others was seen; 0 when none came later */
} nxc_visibility;

/*
 * One iteration: posts every request, then polls them and the notifications until all requests ended and all expected
 * notifications are in, or page->stop is set, or a call fails on the notification side (its status is returned).
 * `idle_ns` is slept after a round that changed nothing; 0 yields instead. Returns 0 otherwise; the requests say more.
 * `visible`, one for each request, may be NULL: with it the loop looks at the target right after each DONE, and goes on
 * until all is there or the limits have passed.
 */
int32_t nxc_drive_run(nxc_nixl_table table, void *agent, void *map, nxc_request *requests, uint32_t count,
                      nxc_visibility *visible, nxc_notification_book *book, nxc_progress *page, uint64_t idle_ns);

/*
 * One turn of an engine that serves on and on: posts each request that was not posted (begin_ns is 0), polls each that is in
 * progress, takes the notifications. Again, until anything ended or came, nothing is in progress, page->stop is set or
 * `limit_ns` have passed; `idle_ns` is slept before each repetition. Slots without a handle are passed over. *moved
 * counts what ended and what came. Returns 0, or the error of collecting notifications.
 */
int32_t nxc_drive_turn(nxc_nixl_table table, void *agent, void *map, nxc_request *requests, uint32_t count,
                       nxc_notification_book *book, nxc_progress *page, uint64_t idle_ns, uint64_t limit_ns,
                       uint64_t *moved);

/*
 * Posts requests that have no notification, also such as are done already, and polls them without a pause until all have
 * ended. Returns 1 when all are done, and 0 when one failed, which says so, or page->stop is set.
 */
int32_t nxc_drive_repeat(nxc_nixl_table table, void *agent, nxc_request *requests, uint32_t count, nxc_progress *page);

/* Keeps an agent that has nothing to do polling, as a serving engine does once a step, until page->stop is set or
 * `limit_ns` have passed (0: no limit). Returns 0 or the first error. */
int32_t nxc_drive_linger(nxc_nixl_table table, void *agent, void *map, nxc_notification_book *book,
                         nxc_progress *page, uint64_t idle_ns, uint64_t limit_ns);

/*
 * The reference for throughput: the same ranges, copied between two processes by the kernel (process_vm_readv, or
 * process_vm_writev when `write` is 1), with no NIXL in between. Returns nanoseconds, or -errno.
 */
int64_t nxc_reference_copy(int32_t pid, const nxc_copy_range *ranges, uint64_t count, int32_t write);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
