/* Transfer requests, as the caller sees them and as the real library has them. */
#ifndef NIXLCONFORM_FAULT_REQUESTS_H
#define NIXLCONFORM_FAULT_REQUESTS_H

#include "ledger.h"

namespace fault {

/* A request of the real library. */
struct transfer {
    enum class stage { idle, waiting, posted, ended };

    void *handle = nullptr;
    stage at = stage::idle;
    int status = 0;      /* when it ended */
    uint64_t due_ns = 0; /* when a waiting one is to be posted */
};

/* A request of the caller, who knows it by the handle of `first`. */
struct request {
    void *agent = nullptr;
    std::string rank;
    int64_t ordinal = 0;
    int operation = 0;
    int memory = 0;
    std::string peer;
    bool notified = false; /* a notification was asked for */
    std::string text;      /* of it */
    std::vector<range> locals; /* as asked for, in order */

    transfer first;
    transfer second;              /* what is moved later */
    std::vector<void *> own_lists; /* that we prepared for them */

    /* Decided when it is made. */
    const planned *late = nullptr;
    const planned *early_notification = nullptr;
    const planned *misdeliver = nullptr;
    bool stopped = false;
    bool nothing_to_move = false;

    /* Decided when it is posted. */
    bool never = false;
    std::vector<const planned *> slow;
    uint64_t begun_ns = 0;
    uint64_t ended_ns = 0; /* 0: not yet */

    bool reported = false; /* as done, to the caller */
    bool released = false; /* by the caller, while something is still to be moved */
    bool destroyed = false;

    /* The caller believes that it has ended, but it has not; or it waits for a time to come. */
    bool unfinished() const;
};

/* Of those that we prepared for a request. */
void release_own_lists(request *made);

/* Does what is due for requests that nobody polls. Called from within calls of their agent. */
void pump(void *agent);

/* Gives up what is still to be moved for requests that were released: what they need goes away. */
void abandon_released(void *agent);

/* Forgets everything of an agent that is gone. */
void forget_requests(void *agent);

} // namespace fault

#endif
