/*
 * A storm of notifications: initiators make many small transfers, each with a notification bound to it, and send others by
 * themselves in between; targets collect them. Both ends derive every text from the storm's seed, the pair and the number of
 * the message, so that a target knows each byte of each without being told.
 *
 * Message m of a pair belongs to transfer m / (1 + standalone); the first of these is bound to the transfer, the others follow
 * its post. A text of 5 bytes or more opens with its number (4 bytes, little endian) and a colon, one of 13 or more goes on with
 * the key of its pair; the rest is any byte, also zero. Shorter ones may be equal to each other.
 */
#ifndef NIXLCONFORM_STORM_H
#define NIXLCONFORM_STORM_H

#include "nixlconform/drive.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* What is wrong with a notification. */
enum {
    NXC_STORM_ALTERED = 1,  /* no text that this sender sends to this rank */
    NXC_STORM_OTHERS = 2,   /* a text that another sender sends to this rank */
    NXC_STORM_AGAIN = 3,    /* it had come as often as it was sent */
    NXC_STORM_STRANGER = 4, /* from an agent that sends none */
};

enum { NXC_STORM_SHOWN = 16, NXC_STORM_UNIQUE_BYTES = 5, NXC_STORM_KEYED_BYTES = 13 };

/* A notification that is not as it was sent. 136 bytes. */
typedef struct nxc_storm_oddity {
    char sender[NXC_NAME_BYTES];
    uint32_t kind;
    uint32_t pair;             /* of this rank, whose message it is or names; pairs of the storm when none */
    int64_t message;           /* that it is or names; -1 when it names none */
    uint32_t length;
    uint32_t expected_length;  /* of that message, 0 when it names none */
    uint64_t key;              /* of the pair that it names, 0 when it is too short for one */
    uint64_t at;               /* first byte that differs from that message, else 0 */
    uint8_t expected[NXC_STORM_SHOWN]; /* from there */
    uint8_t found[NXC_STORM_SHOWN];
} nxc_storm_oddity;

/* When one message was on its way, CLOCK_MONOTONIC, 0 for never. 32 bytes. */
typedef struct nxc_storm_time {
    uint64_t sent_ns;   /* before post, or before it was sent by itself */
    uint64_t polled_ns; /* before the first poll of its transfer; 0 when it was done in the post */
    uint64_t done_ns;   /* when the initiator saw it done, or the call had returned */
    uint64_t seen_ns;   /* when the target took it */
} nxc_storm_time;

/* One peer of this rank. 232 bytes. */
typedef struct nxc_storm_pair {
    char peer[NXC_NAME_BYTES];
    uint64_t key;                  /* of its texts, the same at both ends */
    void *local;                   /* lists that an initiator prepared */
    void *remote;
    const int32_t *local_indices;  /* of all blocks, region by region */
    const int32_t *remote_indices;
    uint64_t *tails;               /* addresses of the last 8 bytes of each of them here, NULL where they are not looked at */
    uint32_t regions;
    uint32_t blocks;
    nxc_storm_time *bound;         /* of samples */
    nxc_storm_time *standalone;
    uint64_t done;                 /* out, of an initiator: transfers */
    uint64_t in_post;              /* of them, how many ended in their post */
    uint64_t sent;                 /* notifications by themselves */
    uint64_t descriptors;          /* of the transfers that are done */
    uint64_t hollow;               /* transfers that were done and had left some descriptor as it was */
    uint64_t first_hollow;         /* number of the first, from 0 */
    int32_t failed_status;         /* of the first call that failed, which ends the pair */
    uint32_t failed_call;          /* 1 + its index, 0 when none did */
    uint64_t received_bound;       /* out, of a target: as they were sent */
    uint64_t received_standalone;
    uint64_t again;                /* as sent, but more often */
    uint64_t altered;
    int64_t first_missing;         /* least number of a message that did not come, -1 when all did */
} nxc_storm_pair;

/* The same at both ends but for what is out. 128 bytes. */
typedef struct nxc_storm {
    uint64_t seed;
    const uint32_t *sizes;   /* of texts in bytes; bound ones take them in turns, standalone ones too */
    uint32_t size_count;
    uint32_t in_flight;      /* transfers of one pair at a time */
    uint64_t transfers;      /* of each pair */
    uint64_t standalone;     /* notifications after each of them */
    uint64_t most_blocks;    /* of one transfer */
    uint64_t poll_delay_ns;  /* after each post in which an initiator calls nothing */
    uint64_t period_ns;      /* between the transfers of a pair at least */
    uint64_t target_poll_ns; /* a target's pause between looks; 0: as short as idle_ns */
    uint64_t quiet_ns;       /* how long a target goes on when all came */
    uint64_t idle_ns;        /* pause after a round that changed nothing, 0 yields */
    uint32_t write;
    uint32_t samples;        /* messages of each pair and kind whose times are kept, evenly spread, the first among them */
    nxc_storm_oddity *oddities;
    uint64_t oddity_capacity;
    uint64_t oddity_count;   /* out: all of them, also those that found no room */
    uint64_t strangers;      /* out: from agents that send none */
} nxc_storm;

/* Text of a message. `out` holds that many bytes. */
void nxc_storm_text(uint64_t seed, uint64_t key, uint64_t message, void *out, uint32_t size);

/*
 * An initiator's part: makes, posts, polls and releases until all transfers of all pairs ended, a call failed or page->stop is
 * set; what was notified to it then is odd. Progress is transfers. Returns 0, or the error of collecting notifications.
 */
int32_t nxc_storm_send(nxc_nixl_table table, void *agent, void *options, void *map, nxc_storm *storm,
                       nxc_storm_pair *pairs, uint32_t pair_count, nxc_progress *page);

/*
 * A target's part: collects until all messages of all pairs came and it was quiet for long enough, or page->stop is set.
 * Returns 0, or the error of collecting.
 */
int32_t nxc_storm_collect(nxc_nixl_table table, void *agent, void *map, nxc_storm *storm, nxc_storm_pair *pairs,
                          uint32_t pair_count, nxc_progress *page);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
