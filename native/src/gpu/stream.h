// Streams and events of the simulated GPU.
#ifndef NIXLCONFORM_GPU_STREAM_H
#define NIXLCONFORM_GPU_STREAM_H

#include <stdint.h>
#include <time.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace nixlconform {

inline uint64_t now() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return uint64_t(time.tv_sec) * 1000000000u + uint64_t(time.tv_nsec);
}

using Work = std::function<void()>;

constexpr int captureGlobal = 0;   // forbids all threads what could wait for a device
constexpr int captureRelaxed = 2;  // forbids nothing; a thread in this mode is forbidden nothing
using Captured = std::vector<Work>;

// Work in the order in which it was queued, by a thread of its own.
class WorkStream {
public:
    WorkStream();
    ~WorkStream();  // when all is done
    WorkStream(const WorkStream &) = delete;
    WorkStream &operator=(const WorkStream &) = delete;

    void add(Work work);
    void wait();
    bool idle();

    // From then on work is kept, not done.
    void beginCapture(int mode);
    // Whether nothing has ended it before.
    bool endCapture(Captured &captured);
    // Ends a capture that forbids this thread what could wait for a device, where this is one. Whether it is.
    bool forbids();

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Work> queued_;  // the first is being done
    uint64_t added_ = 0;
    uint64_t done_ = 0;
    Captured captured_;
    bool capturing_ = false;
    bool captureLost_ = false;
    int captureMode_ = captureGlobal;
    std::thread::id capturer_;
    bool over_ = false;
    std::thread thread_;
};

// Of one that was never recorded, nothing is awaited.
class Event {
public:
    void begin();
    void end();
    void wait();
    uint64_t nanoseconds();  // 0 while what was recorded has not ended

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    uint64_t pending_ = 0;
    uint64_t nanoseconds_ = 0;
};

// On the stream; at once without one.
void queue(void *stream, Work work);

void waitFor(void *stream);

void waitForAll();

// Of the thread that calls.
extern thread_local int captureModeOfThread;

// Whether some capture forbids this thread what could wait for a device; each that does is lost.
bool captureForbids();

}  // namespace nixlconform

#endif
