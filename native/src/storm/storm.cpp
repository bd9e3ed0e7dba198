#include "nixlconform/storm.h"

#include <stdlib.h>
#include <string.h>

#include <new>

#include "../drive/loop.h"

namespace {

using namespace drive;

constexpr uint64_t odd = 0x9e3779b97f4a7c15;
/* In which a pause sees that it is to stop. */
constexpr uint64_t longest_sleep_ns = 50000000;

using set_text_function = int (*)(void *options, const char *text, size_t length);
using set_flag_function = int (*)(void *options, bool flag);
using make_function = int (*)(void *agent, int operation, void *local, const int *local_indices, size_t local_count,
                              void *remote, const int *remote_indices, size_t remote_count, void **request,
                              void *options);
using request_function = int (*)(void *agent, void *request);
using destroy_function = int (*)(void *request);
using notify_function = int (*)(void *agent, const char *peer, const void *text, size_t length, void *options);

uint64_t mix(uint64_t x) {
    x += odd;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

uint64_t hash(const void *text, size_t length) {
    uint64_t h = length * odd;
    const char *at = static_cast<const char *>(text);
    for (size_t i = 0; i < length; i += 8) {
        uint64_t word = 0;
        memcpy(&word, at + i, length - i < 8 ? length - i : 8);
        h = (h ^ word) * 0xff51afd7ed558ccd;
        h ^= h >> 32;
    }
    return h;
}

uint64_t per_transfer(const nxc_storm &storm) { return 1 + storm.standalone; }

bool is_bound(const nxc_storm &storm, uint64_t message) { return message % per_transfer(storm) == 0; }

/* Number among those of its kind. */
uint64_t ordinal(const nxc_storm &storm, uint64_t message) {
    const uint64_t transfer = message / per_transfer(storm);
    return is_bound(storm, message) ? transfer : transfer * storm.standalone + message % per_transfer(storm) - 1;
}

uint32_t size_of(const nxc_storm &storm, uint64_t message) {
    return storm.sizes[ordinal(storm, message) % storm.size_count];
}

uint32_t largest(const nxc_storm &storm) {
    uint32_t most = NXC_STORM_SHOWN;
    for (uint32_t i = 0; i < storm.size_count; i++) {
        most = storm.sizes[i] > most ? storm.sizes[i] : most;
    }
    return most;
}

/* Where the times of a message are kept; NULL when they are not. */
nxc_storm_time *time_of(const nxc_storm &storm, const nxc_storm_pair &pair, uint64_t message) {
    const uint64_t all = storm.transfers * (is_bound(storm, message) ? 1 : storm.standalone);
    const uint64_t every = (all + storm.samples - 1) / storm.samples;
    const uint64_t number = ordinal(storm, message);
    nxc_storm_time *times = is_bound(storm, message) ? pair.bound : pair.standalone;
    return number % every == 0 ? &times[number / every] : nullptr;
}

void pause(uint64_t nanos, const nxc_progress *page) {
    const uint64_t end = nxc_clock_ns() + nanos;
    for (uint64_t now = nxc_clock_ns(); now < end && !stopped(page); now = nxc_clock_ns()) {
        rest(end - now < longest_sleep_ns ? end - now : longest_sleep_ns);
    }
}

uint64_t divisor(uint64_t a, uint64_t b) { return b == 0 ? a : divisor(b, a % b); }

/* One transfer under way, and what it moves. */
struct flight {
    void *request;
    uint64_t number;
    uint32_t descriptors;
    uint32_t *moved; /* numbers of its descriptors */
    nxc_storm_time *time;
};

/* What an initiator keeps of one pair. */
class sender {
  public:
    sender(nxc_nixl_table table, void *agent, void *options, const nxc_storm &storm, nxc_storm_pair *pair,
           nxc_progress *page)
        : table_(table), agent_(agent), options_(options), storm_(storm), pair_(pair), page_(page) {
        const uint64_t all = static_cast<uint64_t>(pair->regions) * pair->blocks;
        flights_ = static_cast<flight *>(calloc(storm.in_flight, sizeof *flights_));
        moved_ = static_cast<uint32_t *>(calloc(storm.in_flight * all, sizeof *moved_));
        wiped_ = static_cast<uint64_t *>(calloc(all, sizeof *wiped_));
        known_ = static_cast<uint8_t *>(calloc(all, 1));
        local_ = static_cast<int *>(calloc(all, sizeof *local_));
        remote_ = static_cast<int *>(calloc(all, sizeof *remote_));
        text_ = static_cast<char *>(calloc(1, largest(storm)));
        for (uint32_t i = 0; i < storm.in_flight; i++) {
            flights_[i].moved = moved_ + i * all;
        }
        begun_ns_ = nxc_clock_ns();
    }

    void close() {
        free(flights_);
        free(moved_);
        free(wiped_);
        free(known_);
        free(local_);
        free(remote_);
        free(text_);
    }

    bool over() const { return pair_->failed_call != 0 || (next_ == storm_.transfers && pending_ == 0); }

    /* Posts the next transfer where it is due and its place is free. Returns whether it did. */
    bool post_next() {
        flight *free_one = &flights_[next_ % storm_.in_flight];
        if (pair_->failed_call != 0 || next_ == storm_.transfers || free_one->request != nullptr ||
            nxc_clock_ns() - begun_ns_ < next_ * storm_.period_ns) {
            return false;
        }
        post(free_one, next_++);
        return true;
    }

    /* Returns whether one ended. */
    bool poll_all() {
        bool any = false;
        for (uint32_t i = 0; i < storm_.in_flight; i++) {
            any |= flights_[i].request != nullptr && poll(&flights_[i]);
        }
        return any;
    }

  private:
    void failed(unsigned function, int status) {
        if (pair_->failed_call == 0) {
            pair_->failed_call = function + 1;
            pair_->failed_status = status;
        }
    }

    /* Blocks of one flight are no other's, so that what is wiped is under way to nobody. All are taken before any is again. */
    void choose(flight *into) {
        const uint64_t place = into->number % storm_.in_flight;
        const uint64_t round = into->number / storm_.in_flight;
        const uint64_t own = (pair_->blocks - place + storm_.in_flight - 1) / storm_.in_flight;
        const uint64_t chance = mix(storm_.seed ^ pair_->key ^ mix(into->number));
        const uint64_t most = storm_.most_blocks < own ? storm_.most_blocks : own;
        const uint64_t count = 1 + chance % most;
        const uint64_t first = round < own ? round : (chance >> 20) % own;
        uint64_t step = own == 1 ? 1 : 1 + (chance >> 40) % (own - 1);
        step = divisor(own, step) == 1 ? step : 1;
        into->descriptors = 0;
        for (uint32_t region = 0; region < pair_->regions; region++) {
            for (uint64_t i = 0; i < count; i++) {
                const uint64_t block = place + (first + i * step) % own * storm_.in_flight;
                into->moved[into->descriptors++] = static_cast<uint32_t>(region * pair_->blocks + block);
            }
        }
    }

    /* What is there before the first transfer of a descriptor is no content of the source. */
    void wipe(const flight &what) {
        for (uint32_t i = 0; pair_->tails != nullptr && i < what.descriptors; i++) {
            const uint32_t at = what.moved[i];
            void *tail = reinterpret_cast<void *>(pair_->tails[at]);
            if (known_[at] == 0) {
                memcpy(&wiped_[at], tail, sizeof *wiped_);
                known_[at] = 1;
            } else {
                memcpy(tail, &wiped_[at], sizeof *wiped_);
            }
        }
    }

    void check(const flight &what) {
        for (uint32_t i = 0; pair_->tails != nullptr && i < what.descriptors; i++) {
            const uint32_t at = what.moved[i];
            if (memcmp(reinterpret_cast<void *>(pair_->tails[at]), &wiped_[at], sizeof *wiped_) == 0) {
                if (pair_->hollow++ == 0) {
                    pair_->first_hollow = what.number;
                }
                return;
            }
        }
    }

    void post(flight *into, uint64_t number) {
        into->number = number;
        const uint64_t message = number * per_transfer(storm_);
        choose(into);
        for (uint32_t i = 0; i < into->descriptors; i++) {
            local_[i] = pair_->local_indices[into->moved[i]];
            remote_[i] = pair_->remote_indices[into->moved[i]];
        }
        const uint32_t size = size_of(storm_, message);
        nxc_storm_text(storm_.seed, pair_->key, message, text_, size);
        int status =
            at<set_text_function>(table_, NXC_NIXL_OPT_ARGS_SET_NOTIF_MSG)(options_, text_, size);
        if (status < 0) {
            failed(NXC_NIXL_OPT_ARGS_SET_NOTIF_MSG, status);
            return;
        }
        at<set_flag_function>(table_, NXC_NIXL_OPT_ARGS_SET_HAS_NOTIF)(options_, true);
        {
            running_call call(page_, NXC_NIXL_MAKE_XFER_REQ);
            status = at<make_function>(table_, NXC_NIXL_MAKE_XFER_REQ)(
                agent_, storm_.write != 0, pair_->local, local_, into->descriptors, pair_->remote, remote_,
                into->descriptors, &into->request, options_);
        }
        if (status < 0) {
            into->request = nullptr;
            failed(NXC_NIXL_MAKE_XFER_REQ, status);
            return;
        }
        wipe(*into);
        into->time = time_of(storm_, *pair_, message);
        if (into->time != nullptr) {
            into->time->sent_ns = nxc_clock_ns();
        }
        {
            running_call call(page_, NXC_NIXL_POST_XFER_REQ);
            /* No options: with them the notification bound at make would be cleared. */
            status = at<post_function>(table_, NXC_NIXL_POST_XFER_REQ)(agent_, into->request, nullptr);
        }
        pending_++;
        advance(page_, &page_->posted);
        pair_->in_post += status == 0;
        end(into, status, NXC_NIXL_POST_XFER_REQ);
        notify(message);
        pause(storm_.poll_delay_ns, page_);
    }

    bool poll(flight *what) {
        if (what->time != nullptr && what->time->polled_ns == 0) {
            what->time->polled_ns = nxc_clock_ns();
        }
        int status;
        {
            running_call call(page_, NXC_NIXL_GET_XFER_STATUS);
            status = at<status_function>(table_, NXC_NIXL_GET_XFER_STATUS)(agent_, what->request);
        }
        return end(what, status, NXC_NIXL_GET_XFER_STATUS);
    }

    /* Returns whether it has ended. One that is done in its post is never polled. */
    bool end(flight *what, int status, unsigned function) {
        if (status == in_progress) {
            return false;
        }
        pending_--;
        if (status < 0) {
            failed(function, status);
            advance(page_, &page_->failed);
        } else {
            if (what->time != nullptr) {
                what->time->done_ns = nxc_clock_ns();
            }
            check(*what);
            pair_->done++;
            pair_->descriptors += what->descriptors;
            advance(page_, &page_->done);
        }
        {
            running_call call(page_, NXC_NIXL_RELEASE_XFER_REQ);
            status = at<request_function>(table_, NXC_NIXL_RELEASE_XFER_REQ)(agent_, what->request);
        }
        if (status < 0) {
            failed(NXC_NIXL_RELEASE_XFER_REQ, status);
        }
        at<destroy_function>(table_, NXC_NIXL_DESTROY_XFER_REQ)(what->request);
        what->request = nullptr;
        return true;
    }

    void notify(uint64_t bound) {
        for (uint64_t message = bound + 1; message < bound + per_transfer(storm_) && pair_->failed_call == 0 &&
                                           !stopped(page_);
             message++) {
            const uint32_t size = size_of(storm_, message);
            nxc_storm_text(storm_.seed, pair_->key, message, text_, size);
            nxc_storm_time *time = time_of(storm_, *pair_, message);
            if (time != nullptr) {
                time->sent_ns = nxc_clock_ns();
            }
            int status;
            {
                running_call call(page_, NXC_NIXL_GEN_NOTIF);
                status = at<notify_function>(table_, NXC_NIXL_GEN_NOTIF)(agent_, pair_->peer, text_, size, nullptr);
            }
            if (status < 0) {
                failed(NXC_NIXL_GEN_NOTIF, status);
                return;
            }
            if (time != nullptr) {
                time->done_ns = nxc_clock_ns();
            }
            pair_->sent++;
            publish(&page_->changed_ns, nxc_clock_ns());
        }
    }

    nxc_nixl_table table_;
    void *agent_;
    void *options_;
    const nxc_storm &storm_;
    nxc_storm_pair *pair_;
    nxc_progress *page_;
    flight *flights_;
    uint32_t *moved_;
    uint64_t *wiped_; /* by descriptor: what is put in place of its end */
    uint8_t *known_;
    int *local_;
    int *remote_;
    char *text_;
    uint64_t next_ = 0;
    uint64_t pending_ = 0;
    uint64_t begun_ns_;
};

/* One text that must come. */
struct entry {
    uint64_t hash;
    uint64_t message; /* the first with this text */
    uint32_t pair;
    uint32_t size;
    uint32_t expected; /* 0: the place is free */
    uint32_t bound;    /* of them; of equal texts those bound to transfers count as the first to come */
    uint32_t received;
    uint32_t reserved;
};

/* All texts of all pairs of a target, by their hash. */
class registry {
  public:
    registry(nxc_storm *storm, nxc_storm_pair *pairs, uint32_t pair_count, nxc_progress *page)
        : storm_(storm), pairs_(pairs), pair_count_(pair_count), page_(page) {
        const uint64_t messages = storm->transfers * per_transfer(*storm);
        while (capacity_ < 2 * messages * pair_count) {
            capacity_ *= 2;
        }
        entries_ = static_cast<entry *>(calloc(capacity_, sizeof *entries_));
        text_ = static_cast<char *>(calloc(1, largest(*storm)));
        for (uint32_t p = 0; p < pair_count; p++) {
            for (uint64_t m = 0; m < messages; m++) {
                expect(p, m);
            }
        }
    }

    /* Says what is missing. */
    void close() {
        for (uint32_t p = 0; p < pair_count_; p++) {
            pairs_[p].first_missing = -1;
        }
        for (uint64_t i = 0; i < capacity_; i++) {
            const entry &each = entries_[i];
            if (each.received < each.expected) {
                const int64_t message = static_cast<int64_t>(each.message);
                int64_t &first = pairs_[each.pair].first_missing;
                first = first < 0 || message < first ? message : first;
            }
        }
        free(entries_);
        free(text_);
    }

    void take(const char *from, const void *text, size_t length, uint64_t now) {
        uint32_t sender = pair_count_;
        for (uint32_t p = 0; p < pair_count_; p++) {
            sender = strcmp(pairs_[p].peer, from) == 0 ? p : sender;
        }
        if (sender == pair_count_) {
            storm_->strangers++;
            keep(NXC_STORM_STRANGER, from, text, length);
            return;
        }
        entry *found = find(sender, text, length);
        if (found->expected == 0) {
            pairs_[sender].altered++;
            keep(comes_from_another(text, length) ? NXC_STORM_OTHERS : NXC_STORM_ALTERED, from, text, length);
        } else if (found->received == found->expected) {
            pairs_[sender].again++;
            keep(NXC_STORM_AGAIN, from, text, length);
        } else {
            enter(found, now);
        }
    }

  private:
    void expect(uint32_t pair, uint64_t message) {
        const uint32_t size = size_of(*storm_, message);
        nxc_storm_text(storm_->seed, pairs_[pair].key, message, text_, size);
        entry *place = find(pair, text_, size);
        if (place->expected++ == 0) {
            *place = {hash(text_, size), message, pair, size, 1, 0, 0, 0};
        }
        place->bound += is_bound(*storm_, message);
    }

    /* The entry of a text, or the free place where it would be. */
    entry *find(uint32_t pair, const void *text, size_t length) {
        const uint64_t key = hash(text, length);
        for (uint64_t i = mix(key + pair);; i++) {
            entry *at = &entries_[i & (capacity_ - 1)];
            if (at->expected == 0 || (at->hash == key && at->pair == pair && at->size == length)) {
                return at;
            }
        }
    }

    void enter(entry *found, uint64_t now) {
        nxc_storm_pair *pair = &pairs_[found->pair];
        nxc_storm_time *time = time_of(*storm_, *pair, found->message);
        if (found->received++ == 0 && found->expected == 1 && time != nullptr) {
            time->seen_ns = now;
        }
        if (found->received <= found->bound) {
            pair->received_bound++;
        } else {
            pair->received_standalone++;
        }
        advance(page_, &page_->notifications_received);
    }

    bool comes_from_another(const void *text, size_t length) {
        for (uint32_t p = 0; p < pair_count_; p++) {
            if (find(p, text, length)->expected != 0) {
                return true;
            }
        }
        return false;
    }

    /* With what it should have been, as far as it says so itself. */
    void keep(uint32_t kind, const char *from, const void *text, size_t length) {
        if (storm_->oddity_count++ >= storm_->oddity_capacity) {
            return;
        }
        nxc_storm_oddity *into = &storm_->oddities[storm_->oddity_count - 1];
        memset(into, 0, sizeof *into);
        strncpy(into->sender, from, NXC_NAME_BYTES - 1);
        into->kind = kind;
        into->pair = pair_count_;
        into->message = -1;
        into->length = static_cast<uint32_t>(length);
        const char *bytes = static_cast<const char *>(text);
        uint32_t number = 0;
        if (length >= NXC_STORM_UNIQUE_BYTES) {
            memcpy(&number, bytes, sizeof number);
        }
        if (length >= NXC_STORM_KEYED_BYTES) {
            memcpy(&into->key, bytes + NXC_STORM_UNIQUE_BYTES, sizeof into->key);
        }
        for (uint32_t p = 0; p < pair_count_; p++) {
            const bool named = into->key == 0 ? strcmp(pairs_[p].peer, from) == 0 : pairs_[p].key == into->key;
            into->pair = named ? p : into->pair;
        }
        uint64_t at = 0;
        if (length >= NXC_STORM_UNIQUE_BYTES && into->pair < pair_count_ &&
            number < storm_->transfers * per_transfer(*storm_)) {
            into->message = number;
            into->expected_length = size_of(*storm_, number);
            nxc_storm_text(storm_->seed, pairs_[into->pair].key, number, text_, into->expected_length);
            while (at < length && at < into->expected_length && bytes[at] == text_[at]) {
                at++;
            }
            memcpy(into->expected, text_ + at, shown(into->expected_length - at));
        }
        into->at = at;
        memcpy(into->found, bytes + at, shown(length - at));
    }

    static size_t shown(size_t length) {
        constexpr size_t most = NXC_STORM_SHOWN;
        return length < most ? length : most;
    }

    nxc_storm *storm_;
    nxc_storm_pair *pairs_;
    uint32_t pair_count_;
    nxc_progress *page_;
    entry *entries_;
    uint64_t capacity_ = 64;
    char *text_;
};

} // namespace

extern "C" {

void nxc_storm_text(uint64_t seed, uint64_t key, uint64_t message, void *out, uint32_t size) {
    char *bytes = static_cast<char *>(out);
    uint64_t state = mix(seed) ^ mix(key ^ mix(message));
    for (uint32_t i = 0; i < size; i += 8) {
        state += odd;
        const uint64_t word = mix(state);
        memcpy(bytes + i, &word, size - i < 8 ? size - i : 8);
    }
    if (size >= NXC_STORM_UNIQUE_BYTES) {
        const uint32_t number = static_cast<uint32_t>(message);
        memcpy(bytes, &number, sizeof number);
        bytes[sizeof number] = ':';
    }
    if (size >= NXC_STORM_KEYED_BYTES) {
        memcpy(bytes + NXC_STORM_UNIQUE_BYTES, &key, sizeof key);
    }
}

int32_t nxc_storm_send(nxc_nixl_table table, void *agent, void *options, void *map, nxc_storm *storm,
                       nxc_storm_pair *pairs, uint32_t pair_count, nxc_progress *page) {
    sender *senders = static_cast<sender *>(calloc(pair_count, sizeof *senders));
    for (uint32_t p = 0; p < pair_count; p++) {
        new (&senders[p]) sender(table, agent, options, *storm, &pairs[p], page);
    }
    bool over = false;
    while (!over && !stopped(page)) {
        over = true;
        bool moved = false;
        for (uint32_t p = 0; p < pair_count; p++) {
            moved |= senders[p].post_next();
            moved |= senders[p].poll_all();
            over &= senders[p].over();
        }
        if (!moved) {
            rest(storm->idle_ns);
        }
    }
    for (uint32_t p = 0; p < pair_count; p++) {
        senders[p].close();
    }
    free(senders);
    /* An initiator is told nothing. */
    registry none(storm, pairs, 0, page);
    const int32_t status =
        take_notifications(table, agent, map, page, [&](const char *from, const void *text, size_t length) {
            none.take(from, text, length, 0);
        });
    none.close();
    return status;
}

int32_t nxc_storm_collect(nxc_nixl_table table, void *agent, void *map, nxc_storm *storm, nxc_storm_pair *pairs,
                          uint32_t pair_count, nxc_progress *page) {
    registry all(storm, pairs, pair_count, page);
    uint64_t last_ns = nxc_clock_ns();
    int32_t status = 0;
    while (status == 0 && !stopped(page)) {
        uint64_t arrived = 0;
        status = take_notifications(table, agent, map, page,
                                    [&](const char *from, const void *text, size_t length) {
                                        last_ns = nxc_clock_ns();
                                        arrived++;
                                        all.take(from, text, length, last_ns);
                                    });
        page->polls++;
        if (page->notifications_received >= page->notifications_expected &&
            nxc_clock_ns() - last_ns >= storm->quiet_ns) {
            break;
        }
        if (storm->target_poll_ns > 0) {
            pause(storm->target_poll_ns, page);
        } else if (arrived == 0) {
            rest(storm->idle_ns);
        }
    }
    all.close();
    return status;
}

} // extern "C"
