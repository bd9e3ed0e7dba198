/*
 * Plain TCP streams between two ranks on different nodes: what the link carries without NIXL, the reference for
 * throughput where the kernel cannot copy. Bytes come from and go to a buffer of the stream's own, never a cache. Both
 * ends are of the same build. Calls give minus the error number where they fail, and wait 10 s at most for the other end
 * to move on.
 */
#ifndef NIXLCONFORM_STREAM_H
#define NIXLCONFORM_STREAM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Listens on a port of the kernel's choice at a numeric address, or at all with "". Returns a descriptor. */
int32_t nxc_stream_listen(const char *address, uint16_t *port);

/* Waits for the next to connect, without limit. Returns a descriptor; an error once the listening one was closed. */
int32_t nxc_stream_accept(int32_t listening);

/* Does what the other end asks for until it closes; then closes too. Returns 0. */
int32_t nxc_stream_serve(int32_t stream);

/* Connects to a name or an address. Returns a descriptor. */
int32_t nxc_stream_connect(const char *host, uint16_t port);

/* Moves `bytes` from the other end to here, or with `write` from here to there, until they are there. Returns
 * nanoseconds. */
int64_t nxc_stream_copy(int32_t stream, uint64_t bytes, int32_t write);

/* Ends what waits on it, too. */
void nxc_stream_close(int32_t stream);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
