/*
 * The payload: what is written into KV caches before a transfer, and how what is found there afterwards is judged.
 *
 * One global stream of words. A position is
 *
 *     p = generation:21 | kind:2 | location:41                (highest bits first)
 *
 * (kind 0 invalid, 1 data, 2 poison, 3 guard; location is the index of an 8-byte word in one address space that spans
 * the arenas of every rank of a run, 2^44 bytes in all). A word is
 *
 *     t = p * C;  w = t ^ (t >> 23) ^ (t >> 46) ^ K           (C odd and K from the run's seed; arithmetic modulo 2^64)
 *     undone:  x = w ^ K;  t = x ^ (x >> 23);  p = t * C^-1
 *
 * so that consecutive words cost one addition, and a word found in memory can be undone: its position says which kind,
 * generation and location it was made for. Byte o of a location space is byte o % 8 (little endian) of word o / 8, so any
 * byte range, also an unaligned one, has a defined content.
 *
 * Why these shifts: a product carries upwards only, so generation and kind reach bits 41..63 of t alone. Folded by 23 and
 * 46 they reach every byte of w, and C is chosen so that words of one location differ in every byte when their kinds
 * differ, or their generations by 1 to 8. A fold by 32 would leave bytes 0 and 4 of a word equal in all generations, and the
 * last byte of a stale 4,097-byte slice could not be told from the right one.
 *
 * No function here allocates, locks, prints or throws; all are safe to call on any thread.
 */
#ifndef NIXLCONFORM_PAYLOAD_H
#define NIXLCONFORM_PAYLOAD_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

enum { NXC_KIND_INVALID = 0, NXC_KIND_DATA = 1, NXC_KIND_POISON = 2, NXC_KIND_GUARD = 3 };

/*
 * What a differing run turned out to be. The values are the order of the kinds in reports.
 *
 * A run that differs is read as a sequence of parts. A part is a byte range whose bytes all are those of one source: the
 * expected stream, the place's own poison, zeros, or a stream that was decoded. What it takes to believe in a part:
 *
 *   expected, own poison     4 bytes; fewer where the part ends the run, or begins it and another part follows (a lost last
 *                            byte is a common fault, and a byte that was changed to exactly the poison's is read as
 *                            one); 8 behind unexplained bytes
 *   zeros                    16 bytes, or the whole run
 *   another generation of    one whole word: that its location is the right one leaves chance 2^-41
 *   the expected content or
 *   of the own poison
 *   any other place          two whole neighbouring words, at any byte alignment, that decode to consecutive locations
 *                            within the bounds (one random word does once in 2^24 at best)
 *
 * Hence a run under 8 bytes can be ZERO, POISON, TORN between these and the expected content, or FOREIGN; one under 16
 * bytes (23, where the words lie unaligned in it) can be STALE too, but is never called MISPLACED or SHIFTED.
 */
enum {
    NXC_DIFF_NONE = 0,      /* differed when compared and no longer when looked at: the memory was being written */
    NXC_DIFF_ZERO = 1,      /* the whole run is zeros */
    NXC_DIFF_POISON = 2,    /* the whole run is this place's own poison of this iteration: never written */
    NXC_DIFF_STALE = 3,     /* the whole run is another generation of its expected content, or of its own poison
                             * (found_kind says which): of an older request, or of one that came too early */
    NXC_DIFF_MISPLACED = 4, /* intact words of another place, or of another kind: a copied source poison has found_kind
                             * POISON. Some bytes may be unexplained, but none is of a second source */
    NXC_DIFF_SHIFTED = 5,   /* the expected kind and generation at one constant distance over the whole run: nearer than
                             * the run's length (then what lies before or behind the moved content may be anything), or
                             * nearer than 64 KiB and no multiple of the run's length. Other distances, a whole other
                             * slice among them, are MISPLACED; of slices padded to a stride that is no multiple of their
                             * length, a neighbour is called SHIFTED, and the distance says which */
    NXC_DIFF_TORN = 6,      /* parts of two sources, of which the expected content may be one; the boundary is said. A
                             * right run with a tail or hole of own poison, of zeros (second_kind 0), of another
                             * generation or of another place is TORN */
    NXC_DIFF_OVERRUN = 7,   /* any difference in a run that is not selected: guard, unselected block */
    NXC_DIFF_FOREIGN = 8    /* none of these: first word and bit distance. A changed byte or word in a right run is this */
};

typedef struct nxc_payload_key {
    uint64_t multiplier; /* C, odd */
    uint64_t inverse;    /* C^-1 mod 2^64 */
    uint64_t mask;       /* K */
} nxc_payload_key;

enum { NXC_RUN_SELECTED = 1 }; /* flags: the run was a destination of the transfer; else any difference is an OVERRUN */

/* One contiguous byte range of an arena and what must be in it. 48 bytes. */
typedef struct nxc_payload_run {
    uint64_t offset;     /* bytes from the arena's start */
    uint64_t length;     /* bytes, > 0 */
    uint64_t location;   /* byte address, in the location space, of what the first byte must hold; location + length <= 2^44 */
    uint64_t own;        /* byte address, in the location space, of this place itself: its poison is that of this address */
    uint32_t kind;       /* expected kind */
    uint32_t generation; /* expected generation, 1 .. 2^21-1 */
    uint32_t flags;
    uint32_t poison_generation; /* generation of the poison that this place held before the transfer; 0 when it held none */
} nxc_payload_run;

/*
 * One differing run. 104 bytes.
 *
 * found_* describe the first part that is not the expected content; of a TORN run they describe the first part, which may
 * be the expected content, and second_* the first part of another source. A location is the address, in the location
 * space, of the content that was found (not of the place where it stands): found_location of the part's first differing
 * byte, of a TORN run of the part's first byte; second_location of the byte at boundary_offset. A part of zeros has kind,
 * generation and location 0; where no part was recognised, found_kind is 0 too, and found_word tells the two apart.
 */
typedef struct nxc_payload_difference {
    uint64_t run;             /* index into the runs */
    uint64_t first_offset;    /* arena offset of the first differing byte */
    uint64_t last_offset;     /* arena offset of the last differing byte */
    uint64_t differing_bytes; /* how many bytes differ between the two, inclusive */
    uint64_t expected_word;   /* the 8 bytes (fewer at the run's end, zero filled) expected from first_offset on */
    uint64_t found_word;      /* the 8 bytes found there */
    uint64_t found_location;
    uint64_t second_location; /* TORN */
    int64_t shift;            /* SHIFTED: found content is that of (expected location + shift) */
    uint64_t boundary_offset; /* TORN: arena offset of the first byte that cannot belong to the first part */
    uint32_t classification;  /* NXC_DIFF_* */
    uint32_t found_kind;
    uint32_t found_generation;
    uint32_t second_kind;     /* TORN */
    uint32_t second_generation;
    uint32_t bit_distance;    /* differing bits between expected_word and found_word */
} nxc_payload_difference;

typedef struct nxc_payload_summary {
    uint64_t bytes_verified;
    uint64_t runs_verified;
    uint64_t runs_differing;
    uint64_t runs_by_classification[9]; /* index NXC_DIFF_*; their sum is runs_differing */
    uint64_t differences_written;
} nxc_payload_summary;

/* What counts as a decodable word: everything ever written in the run lies below these. */
typedef struct nxc_payload_bounds {
    uint64_t location_limit;   /* bytes: sum of all arenas, at most 2^44 */
    uint32_t generation_limit; /* highest generation handed out so far, to data, poison or guard */
    uint32_t reserved;
} nxc_payload_bounds;

/* Derives C (odd, as stated above), its inverse and K from a seed. Equal seeds give equal keys on every machine. */
void nxc_payload_key_from_seed(uint64_t seed, nxc_payload_key *key);

/* Writes to each run its expected content. Runs must not overlap. Returns when the bytes are visible to other threads. */
void nxc_payload_fill(void *arena, const nxc_payload_key *key, const nxc_payload_run *runs, uint64_t count);

/* Compares each run with its expected content and classifies those that differ. At most `capacity` differences are
 * written (the first ones by run index); the summary is overwritten and counts all. */
void nxc_payload_verify(const void *arena, const nxc_payload_key *key, const nxc_payload_bounds *bounds,
                        const nxc_payload_run *runs, uint64_t count, nxc_payload_difference *differences,
                        uint64_t capacity, nxc_payload_summary *summary);

/* How many selected runs hold their expected content in their last 8 bytes (their whole length when shorter). May be
 * called by another thread while a transfer writes the arena. A measure of progress, no proof: a run whose end was written
 * before its beginning counts as landed. */
uint64_t nxc_payload_landed(const void *arena, const nxc_payload_key *key, const nxc_payload_run *runs, uint64_t count);

/* Undoes one word. Returns the position; out-arguments are set whatever the word is, so the caller judges whether the kind is
 * not 0 and the rest within its bounds. */
uint64_t nxc_payload_decode(const nxc_payload_key *key, uint64_t word, uint32_t *kind, uint32_t *generation,
                            uint64_t *location_bytes);

/* "sse2", "avx2" or "avx512": what the calls above use on this machine, decided at the first call in the process.
 * NIXLCONFORM_VECTOR=sse2|avx2|avx512 in the environment lowers it. */
const char *nxc_payload_vector(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
