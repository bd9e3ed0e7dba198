// The loops of drive against a NIXL of plain C functions, whose every answer the test decides.
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "nixlconform/drive.h"
#include "nixlconform/process.h"

namespace {

constexpr int backend_error = -2;
constexpr int exception_error = -4;

// What the fake answers next. A list that has run out answers with its last entry.
struct script {
    std::vector<int> answers;
    size_t asked = 0;
    int next() {
        const size_t i = asked < answers.size() ? asked : answers.size() - 1;
        asked++;
        return answers[i];
    }
};

struct fake_request {
    script post{{1}};
    script status{{0}};
};

using message = std::pair<std::string, std::string>; // sender, text
using batch = std::vector<message>;

// Is its own agent and its own notification map.
struct fake_nixl {
    std::deque<batch> arrivals; // one a call of get_notifs
    std::vector<std::pair<std::string, std::vector<std::string>>> map;
    size_t collected = 0;
    size_t cleared = 0;
    int get_notifs_status = 0;
    unsigned failing_map_function = 0; // 1 + index
    std::function<void()> in_post = [] {};
    std::function<void()> in_get_notifs = [] {};
};

fake_nixl *nixl(void *agent) { return static_cast<fake_nixl *>(agent); }

int post(void *agent, void *request, void *options) {
    CHECK(options == nullptr, "post with options would clear the notification that was bound at make");
    nixl(agent)->in_post();
    return static_cast<fake_request *>(request)->post.next();
}

int get_status(void *, void *request) { return static_cast<fake_request *>(request)->status.next(); }

// Adds to the map, as NIXL does.
int get_notifs(void *agent, void *map, void *) {
    fake_nixl *fake = nixl(agent);
    CHECK(map == fake, "get_notifs got another map");
    fake->in_get_notifs();
    fake->collected++;
    if (fake->get_notifs_status != 0) return fake->get_notifs_status;
    if (fake->arrivals.empty()) return 0;
    for (const message &each : fake->arrivals.front()) {
        if (fake->map.empty() || fake->map.back().first != each.first) fake->map.push_back({each.first, {}});
        fake->map.back().second.push_back(each.second);
    }
    fake->arrivals.pop_front();
    return 0;
}

int map_status(void *map, unsigned index) {
    return nixl(map)->failing_map_function == index + 1 ? exception_error : 0;
}

int map_size(void *map, size_t *size) {
    *size = nixl(map)->map.size();
    return map_status(map, NXC_NIXL_NOTIF_MAP_SIZE);
}

int map_agent(void *map, size_t index, const char **agent) {
    *agent = nixl(map)->map[index].first.c_str();
    return map_status(map, NXC_NIXL_NOTIF_MAP_GET_AGENT_AT);
}

const std::vector<std::string> &texts(void *map, const char *agent) {
    for (const auto &each : nixl(map)->map) {
        if (each.first == agent) return each.second;
    }
    CHECK(false, "the map has no %s", agent);
    std::abort();
}

int map_count(void *map, const char *agent, size_t *size) {
    *size = texts(map, agent).size();
    return map_status(map, NXC_NIXL_NOTIF_MAP_GET_NOTIFS_SIZE);
}

int map_get(void *map, const char *agent, size_t index, const void **text, size_t *length) {
    const std::string &found = texts(map, agent)[index];
    *text = found.data();
    *length = found.size();
    return map_status(map, NXC_NIXL_NOTIF_MAP_GET_NOTIF);
}

int map_clear(void *map) {
    nixl(map)->map.clear();
    nixl(map)->cleared++;
    return map_status(map, NXC_NIXL_NOTIF_MAP_CLEAR);
}

struct descriptor {
    uintptr_t address;
    size_t length;
    uint64_t device;
};

struct fake_list {
    std::vector<descriptor> descriptors;
    size_t refuse_from = SIZE_MAX;
};

int add_descriptor(void *list, uintptr_t address, size_t length, uint64_t device) {
    fake_list *fake = static_cast<fake_list *>(list);
    if (fake->descriptors.size() == fake->refuse_from) return -1;
    fake->descriptors.push_back({address, length, device});
    return 0;
}

struct function_table {
    void *entries[NXC_NIXL_FUNCTION_COUNT] = {};
    function_table() {
        entries[NXC_NIXL_POST_XFER_REQ] = reinterpret_cast<void *>(post);
        entries[NXC_NIXL_GET_XFER_STATUS] = reinterpret_cast<void *>(get_status);
        entries[NXC_NIXL_GET_NOTIFS] = reinterpret_cast<void *>(get_notifs);
        entries[NXC_NIXL_NOTIF_MAP_SIZE] = reinterpret_cast<void *>(map_size);
        entries[NXC_NIXL_NOTIF_MAP_GET_AGENT_AT] = reinterpret_cast<void *>(map_agent);
        entries[NXC_NIXL_NOTIF_MAP_GET_NOTIFS_SIZE] = reinterpret_cast<void *>(map_count);
        entries[NXC_NIXL_NOTIF_MAP_GET_NOTIF] = reinterpret_cast<void *>(map_get);
        entries[NXC_NIXL_NOTIF_MAP_CLEAR] = reinterpret_cast<void *>(map_clear);
        entries[NXC_NIXL_XFER_DLIST_ADD_DESC] = reinterpret_cast<void *>(add_descriptor);
    }
};

const function_table table;

// One iteration with everything around it.
struct iteration {
    fake_nixl nixl;
    std::vector<fake_request> fakes;
    std::vector<nxc_request> requests;
    std::vector<nxc_expected_notification> expected;
    std::vector<nxc_stray_notification> strays;
    nxc_notification_book book{};
    nxc_progress page{};

    explicit iteration(std::vector<fake_request> all, const std::vector<message> &notices = {}, size_t room = 4)
        : fakes(std::move(all)), expected(notices.size()), strays(room) {
        for (fake_request &fake : fakes) requests.push_back({&fake, 1, 0, 0, 0, 0, 0});
        for (size_t i = 0; i < notices.size(); i++) {
            std::strcpy(expected[i].sender, notices[i].first.c_str());
            std::memcpy(expected[i].text, notices[i].second.data(), notices[i].second.size());
            expected[i].text_length = static_cast<uint32_t>(notices[i].second.size());
        }
        book = {expected.data(), expected.size(), strays.data(), strays.size(), 0};
        page.requests = static_cast<uint32_t>(requests.size());
        page.notifications_expected = static_cast<uint32_t>(expected.size());
    }

    int32_t run(uint64_t idle_ns = 0, nxc_visibility *visible = nullptr) {
        return nxc_drive_run(table.entries, &nixl, &nixl, requests.data(), static_cast<uint32_t>(requests.size()),
                             visible, &book, &page, idle_ns);
    }

    int32_t turn(uint64_t *moved, uint64_t limit_ns = 0) {
        return nxc_drive_turn(table.entries, &nixl, &nixl, requests.data(), static_cast<uint32_t>(requests.size()),
                              &book, &page, 0, limit_ns, moved);
    }

    int32_t linger(uint64_t idle_ns = 0) {
        return nxc_drive_linger(table.entries, &nixl, &nixl, &book, &page, idle_ns, 0);
    }
};

fake_request asked(std::vector<int> posts, std::vector<int> statuses) {
    fake_request request;
    request.post.answers = std::move(posts);
    request.status.answers = std::move(statuses);
    return request;
}

// Holds the thread that enters it until it is opened.
class gate {
public:
    void pass() {
        std::unique_lock<std::mutex> lock(mutex_);
        entered_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
    }
    void awaitEntry() {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait(lock, [this] { return entered_; });
    }
    void open() {
        std::lock_guard<std::mutex> lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool entered_ = false;
    bool open_ = false;
};

template <typename T> T read(const T *field) { return __atomic_load_n(field, __ATOMIC_ACQUIRE); }

void requestsEndOneByOne() {
    iteration it({asked({1}, {1, 1, 0}), asked({0}, {}), asked({1}, {1, 0})});
    const uint64_t before = nxc_clock_ns();
    CHECK(it.run() == 0, "run failed");
    const uint64_t polls[] = {3, 0, 2};
    for (int i = 0; i < 3; i++) {
        const nxc_request &request = it.requests[i];
        CHECK(request.status == 0 && request.failed_call == 0, "request %d: %d", i, request.status);
        CHECK(request.polls == polls[i], "request %d: %" PRIu64 " polls", i, request.polls);
        CHECK(it.fakes[i].post.asked == 1, "request %d was posted %zu times", i, it.fakes[i].post.asked);
        CHECK(it.fakes[i].status.asked == polls[i], "request %d was polled after its end", i);
        CHECK(request.begin_ns >= before && request.begin_ns + request.total_ns <= nxc_clock_ns(), "request %d", i);
        CHECK(request.post_ns <= request.total_ns, "request %d took longer to post than in all", i);
    }
    CHECK(it.page.posted == 3 && it.page.done == 3 && it.page.failed == 0, "%u done", it.page.done);
    CHECK(it.page.call == 0 && it.page.changed_ns >= before, "page");
}

void turnsGoOnUntilSomethingMovesOrTimeIsOver() {
    constexpr uint64_t minute = 60000000000;
    uint64_t moved = 0;
    iteration it({asked({1}, {1, 1, 0})});
    CHECK(it.turn(&moved, minute) == 0 && moved == 1, "posted and polled to its end: %" PRIu64, moved);
    CHECK(it.fakes[0].status.asked == 3 && it.page.polls == 4, "in one turn: %" PRIu64, it.page.polls);
    CHECK(it.turn(&moved, minute) == 0 && moved == 0 && it.page.polls == 5, "nothing to wait for: once");
    iteration told({asked({1}, {1, 1, 1, 0})}, {}, 4);
    told.nixl.arrivals = {{}, {{"a", "x"}}};
    CHECK(told.turn(&moved, minute) == 0 && moved == 1 && told.page.polls == 2, "a notification ends it");
    iteration refused({asked({1}, {1, 1, 0})});
    refused.nixl.get_notifs_status = -3;
    CHECK(refused.turn(&moved, minute) == -3 && refused.page.polls == 1, "so does an error");
    iteration stop({asked({1}, {1, 1, 0})});
    stop.page.stop = 1;
    CHECK(stop.turn(&moved, minute) == 0 && stop.page.polls == 1, "so does being stopped");
    iteration late({asked({1}, std::vector<int>(1000000, 1))});
    const uint64_t before = nxc_clock_ns();
    CHECK(late.turn(&moved, 2000000) == 0 && moved == 0, "nothing ended");
    CHECK(nxc_clock_ns() - before >= 2000000 && late.page.polls > 1, "it went on for its time");
}

void turnsPostOnceAndPollUntilTheEnd() {
    iteration it({asked({1}, {1, 0}), asked({1}, {-2}), asked({0}, {})});
    it.requests.insert(it.requests.begin(), nxc_request{});
    it.nixl.arrivals = {{}, {{"a", "x"}, {"b", "y"}}};
    uint64_t moved = 0;
    CHECK(it.turn(&moved) == 0 && moved == 1, "the one that post says is done: %" PRIu64, moved);
    CHECK(it.turn(&moved) == 0 && moved == 3, "one failed, two notifications: %" PRIu64, moved);
    CHECK(it.turn(&moved) == 0 && moved == 1, "the slow one: %" PRIu64, moved);
    CHECK(it.turn(&moved) == 0 && moved == 0, "nothing is left: %" PRIu64, moved);
    CHECK(it.requests[1].status == 0 && it.requests[2].status == -2 && it.requests[3].status == 0, "ends");
    CHECK(it.requests[2].failed_call == NXC_NIXL_GET_XFER_STATUS + 1, "what failed");
    CHECK(it.fakes[0].post.asked == 1 && it.fakes[0].status.asked == 2 && it.fakes[2].status.asked == 0, "calls");
    CHECK(it.page.done == 2 && it.page.failed == 1 && it.book.stray_count == 2, "page and mail");
}

void nothingToDoEndsAtOnce() {
    iteration it({});
    CHECK(it.run() == 0 && it.nixl.collected == 1, "%zu rounds", it.nixl.collected);
}

void runWaitsForEveryNotification() {
    iteration it({asked({0}, {})}, {{"a", "one"}, {"b", "two"}, {"b", "three"}});
    it.nixl.arrivals = {{}, {{"b", "three"}}, {}, {{"a", "one"}, {"b", "two"}}};
    CHECK(it.run() == 0, "run failed");
    CHECK(it.nixl.collected == 4, "left after %zu rounds", it.nixl.collected);
    for (const auto &each : it.expected) CHECK(each.received == 1 && each.first_ns > 0, "%s", each.text);
    CHECK(it.page.notifications_received == 3 && it.book.stray_count == 0, "page");
    CHECK(it.nixl.cleared == 2, "a map that is not cleared gives the same notification again");
}

void duplicatesAreCountedOnce() {
    iteration it({}, {{"a", "one"}, {"a", "two"}});
    it.nixl.arrivals = {{{"a", "one"}, {"a", "one"}}, {{"a", "one"}}, {{"a", "two"}}};
    CHECK(it.run() == 0, "run failed");
    CHECK(it.expected[0].received == 3 && it.expected[1].received == 1, "%u", it.expected[0].received);
    CHECK(it.page.notifications_received == 2, "%u: duplicates would end the run early",
          it.page.notifications_received);
    CHECK(it.book.stray_count == 0, "a duplicate is no stray");
}

void straysAreKeptApart() {
    const std::string longText(300, 'x');
    iteration it({}, {{"a", "one"}}, 4);
    // Right text of a wrong sender, a longer and a shorter text, a zero inside, one too long to keep.
    it.nixl.arrivals = {{{"b", "one"}, {"a", "one "}, {"a", "on"}, {"a", std::string("o\0e", 3)}, {"c", longText}},
                        {{"a", "one"}}};
    CHECK(it.run() == 0, "run failed");
    CHECK(it.expected[0].received == 1, "%u", it.expected[0].received);
    CHECK(it.book.stray_count == 5, "%" PRIu64 " strays", it.book.stray_count);
    CHECK(std::string(it.strays[0].sender) == "b" && it.strays[0].text_length == 3, "%s", it.strays[0].sender);
    CHECK(std::memcmp(it.strays[3].text, "o\0e", 3) == 0 && it.strays[3].text_length == 3, "zero inside");

    iteration wide({}, {{"a", "one"}});
    wide.nixl.arrivals = {{{std::string(100, 'n'), longText}}, {{"a", "one"}}};
    CHECK(wide.run() == 0, "run failed");
    CHECK(wide.strays[0].text_length == 300, "the length is that of the uncut text");
    CHECK(std::string(wide.strays[0].sender) == std::string(NXC_NAME_BYTES - 1, 'n'), "sender cut");
    CHECK(std::string(wide.strays[0].text, NXC_TEXT_BYTES) == longText.substr(0, NXC_TEXT_BYTES), "text cut");
}

void whatCameBeforeTheRunCounts() {
    iteration it({asked({1}, {1, 0})}, {{"a", "one"}, {"b", "two"}});
    // As an idle agent takes it, on a page of its own.
    nxc_progress idle{};
    it.nixl.arrivals = {{{"a", "one"}}};
    it.nixl.in_get_notifs = [&] {
        if (it.nixl.arrivals.empty()) __atomic_store_n(&idle.stop, 1, __ATOMIC_RELEASE);
    };
    CHECK(nxc_drive_linger(table.entries, &it.nixl, &it.nixl, &it.book, &idle, 0, 0) == 0, "linger failed");
    CHECK(it.expected[0].received == 1 && it.page.notifications_received == 0, "not taken while idle");
    it.nixl.in_get_notifs = [] {};
    it.nixl.arrivals = {{}, {{"b", "two"}}};
    CHECK(it.run() == 0, "run failed");
    CHECK(it.page.notifications_received == 2, "%u", it.page.notifications_received);
    CHECK(it.expected[0].received == 1 && it.expected[1].received == 1, "counted again");
}

void aStopEndsARunThatNeverWould() {
    iteration it({asked({1}, {1}), asked({0}, {})}, {{"a", "never"}});
    std::thread other([&] {
        while (read(&it.page.polls) < 3) std::this_thread::yield();
        __atomic_store_n(&it.page.stop, 1, __ATOMIC_RELEASE);
    });
    CHECK(it.run(1000) == 0, "a stop is no error");
    other.join();
    CHECK(it.requests[0].status == 1 && it.requests[0].failed_call == 0, "%d", it.requests[0].status);
    CHECK(it.requests[1].status == 0 && it.page.done == 1, "%u done", it.page.done);
    CHECK(it.expected[0].received == 0, "received");
}

void aStopBeforeTheRunPostsNothing() {
    iteration it({asked({0}, {})});
    it.page.stop = 1;
    CHECK(it.run() == 0 && it.page.posted == 0 && it.fakes[0].post.asked == 0, "%u posted", it.page.posted);
    CHECK(it.requests[0].status == 1, "%d", it.requests[0].status);
}

void aStopWhilePostingLeavesTheRest() {
    iteration it({asked({1}, {0}), asked({1}, {0})});
    it.nixl.in_post = [&] { it.page.stop = 1; };
    CHECK(it.run() == 0 && it.page.posted == 1, "%u posted", it.page.posted);
}

void aFailingPostIsThatRequestsEnd() {
    iteration it({asked({backend_error}, {0}), asked({1}, {0})});
    CHECK(it.run() == 0, "the requests say what failed");
    CHECK(it.requests[0].status == backend_error, "%d", it.requests[0].status);
    CHECK(it.requests[0].failed_call == NXC_NIXL_POST_XFER_REQ + 1, "%u", it.requests[0].failed_call);
    CHECK(it.fakes[0].status.asked == 0, "a request that was not posted was polled");
    CHECK(it.page.posted == 2 && it.page.done == 1 && it.page.failed == 1, "%u failed", it.page.failed);
}

void aFailingStatusIsThatRequestsEnd() {
    iteration it({asked({1}, {1, exception_error}), asked({1}, {1, 1, 0})});
    CHECK(it.run() == 0, "the requests say what failed");
    CHECK(it.requests[0].status == exception_error, "%d", it.requests[0].status);
    CHECK(it.requests[0].failed_call == NXC_NIXL_GET_XFER_STATUS + 1, "%u", it.requests[0].failed_call);
    CHECK(it.fakes[0].status.asked == 2 && it.requests[1].status == 0, "%zu polls", it.fakes[0].status.asked);
    CHECK(it.page.done == 1 && it.page.failed == 1, "%u failed", it.page.failed);
}

void failingNotificationsEndTheRun() {
    iteration it({asked({1}, {1})});
    it.nixl.get_notifs_status = backend_error;
    CHECK(it.run() == backend_error, "run goes on without notifications");
    CHECK(it.requests[0].status == 1, "%d", it.requests[0].status);
    for (unsigned function : {NXC_NIXL_NOTIF_MAP_SIZE, NXC_NIXL_NOTIF_MAP_GET_AGENT_AT,
                              NXC_NIXL_NOTIF_MAP_GET_NOTIFS_SIZE, NXC_NIXL_NOTIF_MAP_GET_NOTIF,
                              NXC_NIXL_NOTIF_MAP_CLEAR}) {
        iteration map({}, {{"a", "one"}});
        map.nixl.failing_map_function = function + 1;
        map.nixl.arrivals = {{{"a", "one"}}};
        CHECK(map.run() == exception_error, "%s", nxc_nixl_function_name(function));
    }
}

// The page is read while the driving thread is inside NIXL, as for a call that never returns.
void theShownCall(iteration &it, std::function<void()> &hook, unsigned function, uint32_t posted) {
    gate inside;
    std::atomic<int> entries{0};
    hook = [&] {
        if (entries++ == 0) inside.pass();
    };
    const uint64_t before = nxc_clock_ns();
    std::thread driving([&] { CHECK(it.run() == 0, "run failed"); });
    inside.awaitEntry();
    CHECK(read(&it.page.call) == function + 1, "page shows call %u, not %s", read(&it.page.call),
          nxc_nixl_function_name(function));
    const uint64_t since = read(&it.page.call_since_ns);
    CHECK(since >= before && since <= nxc_clock_ns(), "since %" PRIu64, since);
    CHECK(read(&it.page.posted) == posted, "%u posted", read(&it.page.posted));
    inside.open();
    driving.join();
    CHECK(it.page.call == 0, "page shows call %u after the run", it.page.call);
}

void thePageShowsTheCallThatBlocks() {
    iteration posting({asked({1}, {0})});
    theShownCall(posting, posting.nixl.in_post, NXC_NIXL_POST_XFER_REQ, 0);
    iteration collecting({asked({1}, {0})});
    theShownCall(collecting, collecting.nixl.in_get_notifs, NXC_NIXL_GET_NOTIFS, 1);
}

void anIdleRoundSleeps() {
    iteration it({asked({1}, std::vector<int>(20, 1))});
    it.fakes[0].status.answers.push_back(0);
    const uint64_t begun = nxc_clock_ns();
    CHECK(it.run(2000000) == 0, "run failed");
    CHECK(nxc_clock_ns() - begun >= 20 * 2000000u, "20 rounds that changed nothing took no 40 ms");
    CHECK(it.page.polls == 21, "%" PRIu64 " rounds", it.page.polls);
}

// Who has nothing of its own to poll leaves the processor to those it waits for.
void aRunThatOnlyWaitsPausesLongerAndLonger() {
    iteration it({}, {{"a", "one"}});
    it.nixl.arrivals.assign(12, {});
    it.nixl.arrivals.push_back({{"a", "one"}});
    const uint64_t begun = nxc_clock_ns();
    CHECK(it.run(100000) == 0, "run failed");
    // 0.2, 0.4, 0.8, 1.6, 3.2 and seven times 6.4 ms.
    CHECK(nxc_clock_ns() - begun >= 51000000u, "12 rounds took %" PRIu64 " ns", nxc_clock_ns() - begun);
    CHECK(it.page.polls == 13, "%" PRIu64 " rounds", it.page.polls);
}

void lingeringEndsWithTheFirstError() {
    iteration it({}, {{"a", "one"}});
    it.nixl.arrivals = {{{"a", "one"}, {"b", "stray"}}};
    it.nixl.in_get_notifs = [&] {
        if (it.nixl.collected == 2) it.nixl.get_notifs_status = exception_error;
    };
    CHECK(it.linger() == exception_error, "no error");
    CHECK(it.expected[0].received == 1 && it.book.stray_count == 1, "what arrived before is kept");
    it.page.stop = 1;
    CHECK(it.linger() == 0, "a stop is no error");
}

void descriptorsAreRegionMajor() {
    fake_list list;
    const uint64_t bases[] = {1000000, 5000000};
    CHECK(nxc_drive_add_descriptors(table.entries, &list, bases, 2, 64, 32, 4096, 3, 7) == 0, "refused");
    const uintptr_t addresses[] = {1000064, 1004160, 1008256, 5000064, 5004160, 5008256};
    CHECK(list.descriptors.size() == 6, "%zu", list.descriptors.size());
    for (int i = 0; i < 6; i++) {
        const descriptor &each = list.descriptors[i];
        CHECK(each.address == addresses[i] && each.length == 32 && each.device == 7, "descriptor %d", i);
    }
    fake_list full;
    full.refuse_from = 4;
    CHECK(nxc_drive_add_descriptors(table.entries, &full, bases, 2, 64, 32, 4096, 3, 7) == -1, "refusal was lost");
    CHECK(full.descriptors.size() == 4, "went on after the refusal");
}

// More ranges than one call of the kernel takes.
void theReferenceCopiesEveryRange() {
    constexpr size_t count = 1300;
    std::vector<uint32_t> near(2 * count, 0), far(2 * count);
    for (size_t i = 0; i < far.size(); i++) far[i] = static_cast<uint32_t>(i + 1);
    std::vector<nxc_copy_range> ranges;
    for (size_t i = 0; i < count; i++) {
        ranges.push_back({reinterpret_cast<uint64_t>(&near[2 * i]), reinterpret_cast<uint64_t>(&far[2 * (count - 1 - i)]),
                          sizeof(uint32_t)});
    }
    CHECK(nxc_reference_copy(getpid(), ranges.data(), count, 0) > 0, "read refused");
    for (size_t i = 0; i < count; i++) {
        CHECK(near[2 * i] == far[2 * (count - 1 - i)] && near[2 * i + 1] == 0, "range %zu", i);
    }
    near.assign(near.size(), 77);
    CHECK(nxc_reference_copy(getpid(), ranges.data(), count, 1) > 0, "write refused");
    for (size_t i = 0; i < count; i++) {
        CHECK(far[2 * i] == 77 && far[2 * i + 1] == 2 * i + 2, "range %zu", i);
    }
    ranges[600].remote = 4096;
    CHECK(nxc_reference_copy(getpid(), ranges.data(), count, 0) < 0, "an unmapped address was copied");
    const pid_t gone = fork();
    if (gone == 0) _exit(0);
    CHECK(waitpid(gone, nullptr, 0) == gone, "waitpid");
    CHECK(nxc_reference_copy(gone, ranges.data(), 1, 0) == -ESRCH, "a process that is gone was read");
}

// Two slices of a source and of a target, which is this process too; the second is shorter than a word.
struct target_memory {
    char source[23] = "nineteen bytes, four..";
    char target[23] = "nineteen bytes, four..";
    nxc_copy_range ranges[2] = {{at(source), at(target), 19}, {at(source) + 19, at(target) + 19, 3}};
    nxc_visibility visible[2] = {watch(getpid()), watch(getpid())};

    static uint64_t at(const char *bytes) { return reinterpret_cast<uint64_t>(bytes); }
    nxc_visibility watch(pid_t pid) const { return {ranges, 2, pid, 0, 60000000000, 0, 0, 0}; }
};

void whatIsThereAtDoneIsVisible() {
    target_memory all;
    all.target[0] = 'x'; // before the last word: nobody looks there
    all.target[22] = 'x'; // behind the last range
    iteration it({asked({0}, {}), asked({1}, {1, 0})});
    CHECK(it.run(0, all.visible) == 0, "run failed");
    for (const nxc_visibility &each : all.visible) {
        CHECK(each.hidden == 0 && each.missing == 0 && each.latest_ns == 0 && each.error == 0, "%" PRIu64, each.hidden);
    }
    CHECK(it.nixl.collected == 2, "%zu rounds: it went on although all was there", it.nixl.collected);
}

void whatComesAfterDoneIsCountedAndTimed() {
    for (size_t last : {18, 21}) {
        target_memory late;
        late.target[last] = 'x';
        iteration it({asked({0}, {}), asked({1}, {1, 0})});
        uint64_t came = 0;
        it.nixl.in_get_notifs = [&] {
            if (it.nixl.collected == 6) {
                came = nxc_clock_ns();
                late.target[last] = late.source[last];
            }
        };
        CHECK(it.run(0, late.visible) == 0, "run failed");
        for (int i = 0; i < 2; i++) {
            const nxc_visibility &each = late.visible[i];
            CHECK(each.hidden == 1 && each.missing == 0, "%" PRIu64 " of %" PRIu64, each.missing, each.hidden);
            const uint64_t done = it.requests[i].begin_ns + it.requests[i].total_ns;
            CHECK(done <= came, "the time of a request goes on until its bytes are seen");
            CHECK(done + each.latest_ns >= came && done + each.latest_ns <= nxc_clock_ns(), "%" PRIu64, each.latest_ns);
        }
        CHECK(it.nixl.collected == 7, "%zu rounds", it.nixl.collected);
    }
}

void whatNeverComesEndsTheLookAtItsLimit() {
    target_memory never;
    never.target[18] = never.target[19] = 'x';
    never.visible[0].limit_ns = 5000000;
    iteration it({asked({1}, {0}), asked({backend_error}, {})});
    CHECK(it.run(1000, never.visible) == 0, "run failed");
    CHECK(never.visible[0].hidden == 2 && never.visible[0].missing == 2, "%" PRIu64, never.visible[0].missing);
    CHECK(never.visible[0].latest_ns == 0, "nothing came");
    CHECK(never.visible[1].hidden == 0 && never.visible[1].missing == 0, "of a request that failed nothing is asked");
    CHECK(nxc_clock_ns() - it.requests[0].begin_ns >= 5000000, "left before the limit");

    target_memory stopped;
    stopped.target[18] = 'x';
    iteration stop({asked({0}, {}), asked({0}, {})});
    stop.nixl.in_get_notifs = [&] { stop.page.stop = stop.nixl.collected == 2; };
    CHECK(stop.run(0, stopped.visible) == 0 && stopped.visible[0].missing == 1, "%zu rounds", stop.nixl.collected);
}

void aTargetThatCannotBeReadIsNotLookedAtAgain() {
    const pid_t gone = fork();
    if (gone == 0) _exit(0);
    CHECK(waitpid(gone, nullptr, 0) == gone, "waitpid");
    target_memory read;
    read.visible[0].pid = gone;
    read.visible[1].count = 0;
    iteration it({asked({0}, {}), asked({0}, {})});
    CHECK(it.run(0, read.visible) == 0 && it.nixl.collected == 1, "%zu rounds", it.nixl.collected);
    CHECK(read.visible[0].error == ESRCH && read.visible[0].hidden == 0, "%d", read.visible[0].error);
    CHECK(read.visible[1].error == 0, "where there is nothing to look at nothing is read");
}

void everyFunctionHasOneName() {
    std::set<std::string> names;
    for (uint32_t i = 0; i < NXC_NIXL_FUNCTION_COUNT; i++) names.insert(nxc_nixl_function_name(i));
    CHECK(names.size() == NXC_NIXL_FUNCTION_COUNT, "%zu names", names.size());
    CHECK(nxc_nixl_function_name(NXC_NIXL_FUNCTION_COUNT) == nullptr, "a name past the end");
    CHECK(std::string(nxc_nixl_function_name(NXC_NIXL_POST_XFER_REQ)) == "post_xfer_req", "names are out of order");
}

} // namespace

int main() {
    requestsEndOneByOne();
    turnsPostOnceAndPollUntilTheEnd();
    turnsGoOnUntilSomethingMovesOrTimeIsOver();
    nothingToDoEndsAtOnce();
    runWaitsForEveryNotification();
    duplicatesAreCountedOnce();
    straysAreKeptApart();
    whatCameBeforeTheRunCounts();
    aStopEndsARunThatNeverWould();
    aStopBeforeTheRunPostsNothing();
    aStopWhilePostingLeavesTheRest();
    aFailingPostIsThatRequestsEnd();
    aFailingStatusIsThatRequestsEnd();
    failingNotificationsEndTheRun();
    thePageShowsTheCallThatBlocks();
    anIdleRoundSleeps();
    aRunThatOnlyWaitsPausesLongerAndLonger();
    lingeringEndsWithTheFirstError();
    descriptorsAreRegionMajor();
    theReferenceCopiesEveryRange();
    whatIsThereAtDoneIsVisible();
    whatComesAfterDoneIsCountedAndTimed();
    whatNeverComesEndsTheLookAtItsLimit();
    aTargetThatCannotBeReadIsNotLookedAtAgain();
    everyFunctionHasOneName();
    return 0;
}
