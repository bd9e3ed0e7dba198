/*
 * A captured CUDA graph that replays as that of a decoding engine does: each replay reads a block table on the device,
 * compares the blocks which that lists with what they must hold, and appends one slot to each block of its own.
 *
 * Functions that can fail return 0, or a negative number, and say in `failure` what failed, as in device.h.
 */
#ifndef NIXLCONFORM_GRAPH_H
#define NIXLCONFORM_GRAPH_H

#include "nixlconform/device.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

typedef struct nxc_graph nxc_graph;

/* What replays found, by the device's own counts. 48 bytes. */
typedef struct nxc_graph_report {
    uint64_t replays;        /* that have ended */
    uint64_t mismatches;     /* listed blocks that held something else, each once a replay */
    uint64_t first_mismatch; /* number of the replay that found the first, from 1; 0 when none did */
    uint64_t own_mismatches; /* slots of its own that did not hold what it had written, each once a replay */
    uint64_t last_ns;        /* device's clock at the end of the last replay */
    uint64_t longest_gap_ns; /* from the end of one replay to the end of the next */
} nxc_graph_report;

/*
 * Captures the graph. `own` are the blocks that it appends to, of one length, a multiple of `slots`; their content is the
 * graph's own from then on. The table is empty, and never has more than `most_listed` entries.
 */
int32_t nxc_graph_open(nxc_device *device, uint64_t arena, const nxc_payload_key *key, const nxc_payload_run *own,
                       uint64_t own_count, uint64_t slots, uint64_t most_listed, nxc_graph **graph,
                       nxc_device_failure *failure);

/* Ends a graph that does not replay. */
void nxc_graph_close(nxc_graph *graph);

/* Replays without a pause until it is told to stop, and waits for the last. For a thread of its own, which the functions
 * below are called beside. */
int32_t nxc_graph_replay(nxc_graph *graph, nxc_device_failure *failure);

void nxc_graph_stop(nxc_graph *graph);

/* Places the entries of another table on the device, which no replay reads yet. */
int32_t nxc_graph_prepare(nxc_graph *graph, const nxc_payload_run *listed, uint64_t count, nxc_device_failure *failure);

/* The prepared table takes the place of the other, by a copy on the device between two replays. Returns when it has. */
int32_t nxc_graph_hand_over(nxc_graph *graph, nxc_device_failure *failure);

/* What is so far; safe beside replays. */
int32_t nxc_graph_look(nxc_graph *graph, nxc_graph_report *report, nxc_device_failure *failure);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
