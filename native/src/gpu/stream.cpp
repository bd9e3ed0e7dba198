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
    added_++;
    changed_.notify_all();
}

void WorkStream::beginCapture(int mode) {
    const std::lock_guard<std::mutex> lock(mutex_);
    capturing_ = true;
    captureLost_ = false;
    captureMode_ = mode;
    capturer_ = std::this_thread::get_id();
}

bool WorkStream::endCapture(Captured &captured) {
    const std::lock_guard<std::mutex> lock(mutex_);
    capturing_ = false;
    captured = std::exchange(captured_, {});
    return !captureLost_;
}

bool WorkStream::forbids() {
    const std::lock_guard<std::mutex> lock(mutex_);
    const bool own = capturer_ == std::this_thread::get_id();
    const bool ofOthers = captureMode_ == captureGlobal && captureModeOfThread == captureGlobal;
    const bool forbidden = capturing_ && (own ? captureMode_ != captureRelaxed : ofOthers);
    captureLost_ |= forbidden;
    return forbidden;
}

// For what is queued by now: others may go on to queue more.
void WorkStream::wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    const uint64_t last = added_;
    changed_.wait(lock, [this, last] { return done_ >= last; });
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
        done_++;
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

thread_local int captureModeOfThread = captureGlobal;

bool captureForbids() {
    if (captureModeOfThread == captureRelaxed) return false;
    const std::lock_guard<std::mutex> lock(streamsMutex);
    bool forbidden = false;
    for (WorkStream *const stream : streams()) forbidden |= stream->forbids();
    return forbidden;
}

}  // namespace nixlconform
