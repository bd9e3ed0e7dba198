// Children with pipes and process groups. The test starts itself again as the child.
#include <cerrno>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "nixlconform/process.h"

namespace {

constexpr int ended_by_kill = 128 + SIGKILL;

std::string self;

struct child {
    int pid;
    int in;
    int out;
    int err;
};

child start(const std::vector<std::string> &command, const std::vector<std::string> &environment = {}) {
    std::vector<const char *> argv, envp;
    for (const std::string &each : command) argv.push_back(each.c_str());
    for (const std::string &each : environment) envp.push_back(each.c_str());
    argv.push_back(nullptr);
    envp.push_back(nullptr);
    child started{};
    started.pid = nxc_process_spawn(argv.data(), envp.data(), &started.in, &started.out, &started.err);
    CHECK(started.pid > 0, "%s: error number %d", argv[0], -started.pid);
    return started;
}

bool readable(int fd, int millis) {
    pollfd entry{fd, POLLIN, 0};
    return poll(&entry, 1, millis) == 1;
}

std::string readLine(int fd) {
    std::string line;
    char each = 0;
    while (readable(fd, 5000) && read(fd, &each, 1) == 1 && each != '\n') line += each;
    return line;
}

// To the end of the pipe, which must come.
std::string readAll(int fd) {
    std::string all;
    char part[4096];
    for (;;) {
        CHECK(readable(fd, 5000), "the pipe is still open after 5 s, holding \"%s\"", all.c_str());
        const ssize_t count = read(fd, part, sizeof part);
        if (count <= 0) return all;
        all.append(part, static_cast<size_t>(count));
    }
}

// 0 while it runs after so long; 256 + exit code, or 128 + signal.
int endOf(int pid, int millis = 5000) {
    for (int waited = 0; waited < millis; waited += 5) {
        int status = 0;
        if (waitpid(pid, &status, WNOHANG) == pid) {
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : 256 + WEXITSTATUS(status);
        }
        usleep(5000);
    }
    return 0;
}

void closeAll(const child &each) {
    close(each.in);
    close(each.out);
    close(each.err);
}

void threeStreamsAndAnExitCode() {
    const child sh = start({"/bin/sh", "-c", "cat; echo to-err >&2; exit 7"});
    CHECK(write(sh.in, "through\n", 8) == 8, "write");
    close(sh.in);
    CHECK(readAll(sh.out) == "through\n", "standard output");
    CHECK(readAll(sh.err) == "to-err\n", "standard error");
    CHECK(endOf(sh.pid) == 256 + 7, "exit code");
}

void theEnvironmentIsExactlyThatWhichWasGiven() {
    setenv("NIXLCONFORM_NOT_INHERITED", "1", 1);
    const child env = start({"/usr/bin/env"}, {"ONE=1", "TWO=two words"});
    const std::string seen = readAll(env.out);
    CHECK(seen == "ONE=1\nTWO=two words\n", "%s", seen.c_str());
    CHECK(endOf(env.pid) == 256, "env failed");
    closeAll(env);
}

void signalsAreAsInAFreshShell() {
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, nullptr);
    const child grep = start({"/bin/grep", "-E", "Sig(Ign|Blk)", "/proc/self/status"});
    const std::string seen = readAll(grep.out);
    sigprocmask(SIG_UNBLOCK, &blocked, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
    unsigned long long masked = 1, ignored = 1;
    CHECK(std::sscanf(seen.c_str(), "SigBlk: %llx SigIgn: %llx", &masked, &ignored) == 2, "%s", seen.c_str());
    // The C library keeps 32 and 33 for itself and has them ignored until it needs them.
    CHECK(masked == 0 && (ignored & ~(3ull << 31)) == 0, "%s", seen.c_str());
    CHECK(endOf(grep.pid) == 256, "grep failed");
    closeAll(grep);
}

// A pipe that leaks into a sibling would hide the end of its input from the process it belongs to.
void siblingsDoNotHoldEachOthersPipes() {
    const child first = start({"/bin/cat"});
    const child second = start({"/bin/cat"});
    close(first.in);
    CHECK(readAll(first.out).empty() && endOf(first.pid) == 256, "the first did not see the end of its input");
    close(second.in);
    CHECK(endOf(second.pid) == 256, "the second did not see the end of its input");
}

void aWholeGroupCanBeKilled() {
    const child sh = start({"/bin/sh", "-c", "sleep 600 & echo $!; kill -STOP $!; wait"});
    const int grandchild = std::atoi(readLine(sh.out).c_str());
    CHECK(grandchild > 0 && getpgid(grandchild) == sh.pid, "the grandchild is in group %d", getpgid(grandchild));
    CHECK(getpgid(sh.pid) == sh.pid && getpgid(0) != sh.pid, "no group of its own");
    CHECK(kill(-sh.pid, SIGKILL) == 0, "kill");
    CHECK(endOf(sh.pid) == ended_by_kill, "the shell lives");
    // The pipe ends when the last of the group is gone, a stopped one too.
    CHECK(readAll(sh.out).empty(), "the grandchild lives");
    closeAll(sh);
}

void aProgramThatIsNotThereIsAnErrorNumber() {
    const char *argv[] = {"/no/such/program", nullptr};
    const char *envp[] = {nullptr};
    int in = -1, out = -1, err = -1;
    // Descriptors are given out lowest first: the next one is another when a pipe stayed open.
    const int before = dup(0);
    close(before);
    CHECK(nxc_process_spawn(argv, envp, &in, &out, &err) == -ENOENT, "no ENOENT");
    const int after = dup(0);
    close(after);
    CHECK(before == after, "pipes of a failed start stay open");
}

void aChildDiesWithTheThreadThatStartedIt() {
    child begun{};
    std::thread starting([&] {
        begun = start({self, "child", std::to_string(getpid())});
        CHECK(readLine(begun.out) == "begun 0", "the child did not begin");
        CHECK(endOf(begun.pid, 100) == 0, "the child ended by itself");
    });
    starting.join();
    CHECK(endOf(begun.pid) == ended_by_kill, "the child outlived the thread that started it");
    closeAll(begun);
}

// A process between us and the child is killed: nobody is left to tell the child.
void aFrozenChildDiesWithItsParent() {
    const child parent = start({self, "parent"});
    const int grandchild = std::atoi(readLine(parent.out).c_str());
    CHECK(grandchild > 0 && kill(grandchild, SIGSTOP) == 0, "no grandchild");
    CHECK(kill(parent.pid, SIGKILL) == 0 && endOf(parent.pid) == ended_by_kill, "the parent lives");
    CHECK(readAll(parent.out).empty(), "the frozen grandchild lives");
    closeAll(parent);
}

void aParentThatIsAlreadyGoneIsNoticed() {
    const child orphan = start({self, "child", "1"});
    CHECK(readLine(orphan.out) == "begun 1", "not noticed");
    kill(orphan.pid, SIGKILL);
    CHECK(endOf(orphan.pid) == ended_by_kill, "kill");
    closeAll(orphan);
}

// What is printed leaves before the process ends without flushing, and not on what was standard output.
void nativePrintsGoToStandardErrorLineByLine() {
    const child printing = start({self, "print"});
    CHECK(readLine(printing.out) == "on the copy", "the copy is not what standard output was");
    CHECK(readAll(printing.out).empty(), "something else is on standard output");
    CHECK(readAll(printing.err) == "printed\nput\n", "prints are lost");
    CHECK(endOf(printing.pid) == 256, "failed");
    closeAll(printing);
}

void memoryIsZeroedAndPageAligned() {
    constexpr uint64_t bytes = 3 * 4096 + 8;
    auto *arena = static_cast<unsigned char *>(nxc_arena_allocate(bytes));
    CHECK(arena != nullptr && reinterpret_cast<uintptr_t>(arena) % 4096 == 0, "%p", static_cast<void *>(arena));
    for (uint64_t i = 0; i < bytes; i++) CHECK(arena[i] == 0, "byte %" PRIu64, i);
    std::memset(arena, 1, bytes);
    nxc_arena_release(arena, bytes);
    CHECK(nxc_arena_allocate(uint64_t{1} << 60) == nullptr, "2^60 bytes were given");
}

int runPrinting() {
    const int copy = nxc_process_move_output();
    CHECK(copy > 2 && (fcntl(copy, F_GETFD) & FD_CLOEXEC) != 0, "descriptor %d", copy);
    std::printf("%s\n", "printed");
    std::puts("put");
    CHECK(write(copy, "on the copy\n", 12) == 12, "write");
    _exit(0);
}

int runChild(int parent) {
    const int gone = nxc_process_begin(parent);
    rlimit core{};
    getrlimit(RLIMIT_CORE, &core);
    CHECK(core.rlim_cur == 0 && core.rlim_max == 0, "core files are allowed");
    std::printf("begun %d\n", gone);
    std::fflush(stdout);
    for (;;) pause();
}

// Its child holds this process's own standard output, so that whoever reads that sees when both are gone.
int runParent() {
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0) {
        CHECK(nxc_process_begin(parent) == 0, "no parent");
        std::printf("%d\n", getpid());
        std::fflush(stdout);
        for (;;) pause();
    }
    for (;;) pause();
}

} // namespace

int main(int argc, char **argv) {
    if (argc == 3 && std::string(argv[1]) == "child") return runChild(std::atoi(argv[2]));
    if (argc == 2 && std::string(argv[1]) == "parent") return runParent();
    if (argc == 2 && std::string(argv[1]) == "print") return runPrinting();
    self = argv[0];
    threeStreamsAndAnExitCode();
    theEnvironmentIsExactlyThatWhichWasGiven();
    signalsAreAsInAFreshShell();
    siblingsDoNotHoldEachOthersPipes();
    aWholeGroupCanBeKilled();
    aProgramThatIsNotThereIsAnErrorNumber();
    aChildDiesWithTheThreadThatStartedIt();
    aFrozenChildDiesWithItsParent();
    aParentThatIsAlreadyGoneIsNoticed();
    nativePrintsGoToStandardErrorLineByLine();
    memoryIsZeroedAndPageAligned();
    return 0;
}
