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

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
