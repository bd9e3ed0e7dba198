#include "nixlconform/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

namespace {

struct pipe_pair {
    int read_end = -1;
    int write_end = -1;

    /* Closed on exec: a pipe that leaks into a sibling would hide the end of its input from the process it belongs to. */
    int open() {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) {
            return errno;
        }
        read_end = ends[0];
        write_end = ends[1];
        return 0;
    }
    void close_both() {
        if (read_end >= 0) {
            close(read_end);
            close(write_end);
        }
    }
};

int spawn(const char *const *argv, const char *const *envp, const pipe_pair (&pipes)[3], pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0) {
        return error;
    }
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        posix_spawn_file_actions_adddup2(&actions, pipes[0].read_end, 0);
        posix_spawn_file_actions_adddup2(&actions, pipes[1].write_end, 1);
        posix_spawn_file_actions_adddup2(&actions, pipes[2].write_end, 2);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &all);
        posix_spawnattr_setflags(&attributes,
                                 POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        error = posix_spawn(pid, argv[0], &actions, &attributes, const_cast<char *const *>(argv),
                            const_cast<char *const *>(envp));
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

} // namespace

extern "C" {

int32_t nxc_process_spawn(const char *const *argv, const char *const *envp, int32_t *stdin_fd, int32_t *stdout_fd,
                          int32_t *stderr_fd) {
    pipe_pair pipes[3];
    int error = 0;
    for (pipe_pair &pipe : pipes) {
        error = error == 0 ? pipe.open() : error;
    }
    pid_t pid = -1;
    error = error == 0 ? spawn(argv, envp, pipes, &pid) : error;
    if (error != 0) {
        for (pipe_pair &pipe : pipes) {
            pipe.close_both();
        }
        return -error;
    }
    close(pipes[0].read_end);
    close(pipes[1].write_end);
    close(pipes[2].write_end);
    *stdin_fd = pipes[0].write_end;
    *stdout_fd = pipes[1].read_end;
    *stderr_fd = pipes[2].read_end;
    return pid;
}

int32_t nxc_process_begin(int32_t parent) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    return getppid() != parent ? 1 : 0;
}

int32_t nxc_process_move_output(void) {
    const int copy = fcntl(1, F_DUPFD_CLOEXEC, 3);
    if (copy < 0 || dup2(2, 1) < 0) {
        return -errno;
    }
    setvbuf(stdout, nullptr, _IOLBF, 0);
    return copy;
}

void *nxc_arena_allocate(uint64_t bytes) {
    void *arena = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (arena == MAP_FAILED) {
        return nullptr;
    }
    // A cache of 12 GB has 3 million small pages, whose faults take longer than to fill them. A kernel without large ones says no.
    madvise(arena, bytes, MADV_HUGEPAGE);
    return arena;
}

void nxc_arena_release(void *arena, uint64_t bytes) { munmap(arena, bytes); }

uint64_t nxc_clock_ns(void) {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
}

} // extern "C"
