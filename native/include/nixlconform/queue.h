/*
 * A stream of a serving engine's own on a GPU, with work of that engine queued on it beside transfers: what must be over
 * before blocks are handed to a transfer, and what is wrong when it is not.
 *
 * Work is queued and the call returns; nxc_queue_wait and nxc_queue_differing alone wait for it. Functions that can fail
 * return 0, or a negative number, and say in `failure` what failed, as in device.h. One thread at a time uses a queue;
 * nxc_queue_let_go may be called by any.
 */
#ifndef NIXLCONFORM_QUEUE_H
#define NIXLCONFORM_QUEUE_H

#include "nixlconform/device.h"
#include "nixlconform/drive.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct nxc_queue nxc_queue;

/* Makes a stream that waits for no other. Kernels are loaded by then: no later call loads one while the stream is held. */
int32_t nxc_queue_open(nxc_device *device, nxc_queue **queue, nxc_device_failure *failure);

/* Lets the stream go, waits for what is queued, and ends it. */
void nxc_queue_close(nxc_queue *queue);

/* Holds the stream: what is queued from now on begins when it is let go, or after so many nanoseconds. */
int32_t nxc_queue_hold(nxc_queue *queue, uint64_t most_ns, nxc_device_failure *failure);

void nxc_queue_let_go(nxc_queue *queue);

/* Writes to each run its content, selected or not. The runs must stay held until the queue is empty, here and below. */
int32_t nxc_queue_fill(nxc_queue *queue, nxc_device_runs *held, nxc_device_failure *failure);

/* Writes zeros to each run, selected or not. */
int32_t nxc_queue_zero(nxc_queue *queue, nxc_device_runs *held, nxc_device_failure *failure);

/* Compares each run with its content, by one kernel and nothing else. To be followed by nxc_queue_differing. */
int32_t nxc_queue_check(nxc_queue *queue, nxc_device_runs *held, nxc_device_failure *failure);

/* Waits for the queue; how many runs the check found to differ. */
int64_t nxc_queue_differing(nxc_queue *queue, nxc_device_runs *held, nxc_device_failure *failure);

/* 1 while queued work has not ended, 0 when all has. Waits for nothing. */
int32_t nxc_queue_pending(nxc_queue *queue, nxc_device_failure *failure);

enum {
    NXC_FENCE_STREAM = 0, /* waits for the stream */
    NXC_FENCE_EVENT = 1   /* records an event behind all that is queued and waits for that */
};

/* Returns the nanoseconds that it took. */
int64_t nxc_queue_wait(nxc_queue *queue, int32_t fence, nxc_device_failure *failure);

enum {
    NXC_CAPTURE_GLOBAL = 0, /* no thread of the process may do what could wait for a device: call and graph are refused */
    NXC_CAPTURE_THREAD = 1  /* the capturing thread alone must not */
};

/*
 * Captures a graph of one kernel, as serving engines do when they start, runs it once, and ends it. With `disturbed` this thread
 * does meanwhile what could wait for a device: it allocates.
 */
int32_t nxc_queue_capture(nxc_queue *queue, int32_t mode, int32_t disturbed, nxc_device_failure *failure);

/* Loads our kernels once more and unloads them, as a serving engine does that compiles while it runs. */
int32_t nxc_queue_load(nxc_queue *queue, nxc_device_failure *failure);

/* Transfers that are repeated in one loop. 64 bytes. */
typedef struct nxc_repeats {
    nxc_device_runs *before; /* written before each: what the destination must not hold any more afterwards */
    nxc_device_runs *after;  /* compared by a kernel that is launched as soon as all requests are done */
    uint64_t most;           /* how often */
    uint64_t ended;          /* out: of them */
    uint64_t differing;      /* out: of these, those in which the kernel found a difference */
    uint64_t lasting;        /* out: of these again, those in which another found one a moment later too */
    uint64_t first;          /* out: number of the first that differed, from 1; 0 when none did */
    uint64_t first_runs;     /* out: how many runs differed in it */
} nxc_repeats;

/*
 * Posts all requests again and again, which must have no notification, and polls them until they are done. Returns when that
 * was done as often as asked, when page->stop is set, or when a request fails, which then says so.
 */
int32_t nxc_queue_repeat(nxc_queue *queue, nxc_nixl_table table, void *agent, nxc_request *requests, uint32_t count,
                         nxc_repeats *repeats, nxc_progress *page, nxc_device_failure *failure);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
