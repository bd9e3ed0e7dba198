/* Processes on a node: what a JVM cannot do for itself. */
#ifndef NIXLCONFORM_PROCESS_H
#define NIXLCONFORM_PROCESS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Starts argv[0] (a path) with exactly that environment in a process group of its own, with default signal handling and
 * no signal blocked. Its three standard streams are new pipes; the caller's ends are returned and closed on exec in
 * later children. Returns the pid, or -errno.
 */
int32_t nxc_process_spawn(const char *const *argv, const char *const *envp, int32_t *stdin_fd, int32_t *stdout_fd,
                          int32_t *stderr_fd);

/* First act of a rank: dies with its parent, writes no core file, lets its siblings read its memory (the throughput
 * reference needs that where ptrace is restricted). Returns 1 when the parent is already gone, else 0. */
int32_t nxc_process_begin(int32_t parent);

/*
 * Moves standard output away: gives back a copy, points descriptor 1 at standard error, and lets what native code prints
 * leave line by line. UCX prints its warnings on standard output; what a buffer holds is lost when a process ends by
 * _exit or a signal. Returns the copy, closed on exec, or -errno.
 */
int32_t nxc_process_move_output(void);

/* Bytes of anonymous zeroed memory for a cache, page aligned; NULL when there is none. */
void *nxc_arena_allocate(uint64_t bytes);
void nxc_arena_release(void *arena, uint64_t bytes);

/* CLOCK_MONOTONIC. */
uint64_t nxc_clock_ns(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
