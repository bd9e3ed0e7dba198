#include "stream.h"

#include <set>
#include <utility>

namespace nixlconform {
namespace {

std::mutex streamsMutex;
// Never destroyed: streams may outlive the library's own end.
std::set<WorkStream *> &streams() {
    static std::set<WorkStream *> *const all = new std::set<WorkStream *>();
    return *all;
}

}  // namespace

WorkStream::WorkStream() : thread_([this] { run(); }) {
    const std::lock_guard<std::mutex> lock(streamsMutex);
    streams().insert(this);
}

WorkStream::~WorkStream() {
    {
        const std::lock_guard<std::mutex> lock(streamsMutex);
        streams().erase(this);
    }
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        over_ = true;
        changed_.notify_all();
    }
    thread_.join();
}

void WorkStream::add(Work work) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (capturing_) {
        captured_.push_back(std::move(work));
        return;
    }
    queued_.push_back(std::move(work));
    changed_.notify_all();
}

void WorkStream::beginCapture() {
    const std::lock_guard<std::mutex> lock(mutex_);
    capturing_ = true;
}

Captured WorkStream::endCapture() {
    const std::lock_guard<std::mutex> lock(mutex_);
    capturing_ = false;
    return std::exchange(captured_, {});
}

void WorkStream::wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return queued_.empty(); });
}

bool WorkStream::idle() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return queued_.empty();
}

void WorkStream::run() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return over_ || !queued_.empty(); });
        if (queued_.empty()) return;
        Work &work = queued_.front();
        lock.unlock();
        work();
        lock.lock();
        queued_.pop_front();
        changed_.notify_all();
    }
}

void Event::begin() {
    const std::lock_guard<std::mutex> lock(mutex_);
    pending_++;
}

void Event::end() {
    const std::lock_guard<std::mutex> lock(mutex_);
    pending_--;
    nanoseconds_ = now();
    changed_.notify_all();
}

void Event::wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait(lock, [this] { return pending_ == 0; });
}

uint64_t Event::nanoseconds() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return pending_ == 0 ? nanoseconds_ : 0;
}

void queue(void *stream, Work work) {
    if (stream == nullptr) {
        work();
    } else {
        static_cast<WorkStream *>(stream)->add(std::move(work));
    }
}

void waitFor(void *stream) {
    if (stream != nullptr) static_cast<WorkStream *>(stream)->wait();
}

// Holding the list: a stream may not end meanwhile. What is queued never waits for it.
void waitForAll() {
    const std::lock_guard<std::mutex> lock(streamsMutex);
    for (WorkStream *const stream : streams()) stream->wait();
}

}  // namespace nixlconform
