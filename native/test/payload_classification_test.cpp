// Every kind of difference is planted and named, and only it; and what is right is never called wrong.
#include "check.h"

namespace {

constexpr uint32_t generation = 500;
constexpr uint32_t poisonGeneration = 501;
constexpr uint64_t destinationArena = uint64_t{1} << 35;  // where the destination's own locations begin
constexpr nxc_payload_bounds bounds = {uint64_t{1} << 36, poisonGeneration, 0};
const nxc_payload_key key = keyOf(42);

const char *nameOf(uint32_t classification) {
    static const char *const names[] = {"NONE",    "ZERO", "POISON",  "STALE",  "MISPLACED",
                                        "SHIFTED", "TORN", "OVERRUN", "FOREIGN"};
    return names[classification];
}

// A destination of `count` slices, all poisoned and then written as they should be, for a test to spoil.
struct Destination {
    std::vector<nxc_payload_run> runs;
    std::vector<uint8_t> arena;

    Destination(uint64_t count, uint64_t length, uint64_t firstLocation, uint64_t misalignment = 0) {
        for (uint64_t i = 0; i < count; i++) {
            const uint64_t offset = misalignment + i * length;
            runs.push_back({offset, length, firstLocation + (count - 1 - i) * length, destinationArena + offset,
                            NXC_KIND_DATA, generation, NXC_RUN_SELECTED, poisonGeneration});
        }
        arena.resize(misalignment + count * length);
        nxc_payload_fill(arena.data(), &key, runs.data(), runs.size());
    }

    uint8_t *slice(uint64_t run) { return arena.data() + runs[run].offset; }

    void put(uint64_t run, uint64_t begin, uint64_t end, uint32_t kind, uint32_t ofGeneration, uint64_t location) {
        if (begin == end) return;
        const nxc_payload_run content = {runs[run].offset + begin, end - begin, location, 0, kind, ofGeneration, 0, 0};
        nxc_payload_fill(arena.data(), &key, &content, 1);
    }
    void poison(uint64_t run, uint64_t begin, uint64_t end) {
        put(run, begin, end, NXC_KIND_POISON, poisonGeneration, runs[run].own + begin);
    }
    void stale(uint64_t run, uint64_t begin, uint64_t end, uint32_t age) {
        put(run, begin, end, NXC_KIND_DATA, generation - age, runs[run].location + begin);
    }
    void zero(uint64_t run, uint64_t begin, uint64_t end) { std::memset(slice(run) + begin, 0, end - begin); }

    nxc_payload_summary verify(nxc_payload_difference *differences, uint64_t capacity) const {
        nxc_payload_summary summary;
        nxc_payload_verify(arena.data(), &key, &bounds, runs.data(), runs.size(), differences, capacity, &summary);
        return summary;
    }

    // The only difference there is, which must be in `run` and of this kind.
    nxc_payload_difference only(uint64_t run, uint32_t classification) const {
        nxc_payload_difference difference;
        const nxc_payload_summary summary = verify(&difference, 1);
        CHECK(summary.runs_differing == 1 && summary.differences_written == 1, "%" PRIu64 " runs differ",
              summary.runs_differing);
        CHECK(difference.classification == classification,
              "%s where %s was planted; length %" PRIu64 ", location %" PRIx64 ", bytes %" PRIu64 " to %" PRIu64,
              nameOf(difference.classification), nameOf(classification), runs[run].length, runs[run].location,
              difference.first_offset - runs[run].offset, difference.last_offset - runs[run].offset);
        CHECK(difference.run == run, "run %" PRIu64, difference.run);
        for (uint32_t kind = 0; kind <= NXC_DIFF_FOREIGN; kind++)
            CHECK(summary.runs_by_classification[kind] == (kind == classification), "%s", nameOf(kind));
        return difference;
    }
};

void checkFound(const nxc_payload_difference &difference, uint32_t kind, uint32_t ofGeneration, uint64_t location) {
    CHECK(difference.found_kind == kind && difference.found_generation == ofGeneration &&
              difference.found_location == location,
          "found kind %u generation %u location %" PRIx64 ", planted %u %u %" PRIx64, difference.found_kind,
          difference.found_generation, difference.found_location, kind, ofGeneration, location);
}

void checkSecond(const nxc_payload_difference &difference, uint64_t boundary, uint32_t kind, uint32_t ofGeneration,
                 uint64_t location) {
    CHECK(difference.boundary_offset == boundary, "boundary %" PRIu64 ", planted %" PRIu64, difference.boundary_offset,
          boundary);
    CHECK(difference.second_kind == kind && difference.second_generation == ofGeneration &&
              difference.second_location == location,
          "second kind %u generation %u location %" PRIx64 ", planted %u %u %" PRIx64, difference.second_kind,
          difference.second_generation, difference.second_location, kind, ofGeneration, location);
}

// Calls test(destination, length) for the sizes and alignments that slices have; run 2 of 5 is the one to spoil.
template <typename Test>
void forSlices(std::initializer_list<uint64_t> lengths, Test test) {
    for (uint64_t length : lengths)
        for (uint64_t phase = 0; phase < 8; phase++)
            for (uint64_t misalignment : {uint64_t{0}, uint64_t{3}, 8 - phase}) {
                Destination destination(5, length, 0x40000000u + phase, misalignment);
                test(destination, length);
            }
}

constexpr uint64_t spoiled = 2;

uint64_t firstDiffering(const nxc_payload_difference &difference, const nxc_payload_run &run) {
    return difference.first_offset - run.offset;
}

void zerosAreZero() {
    forSlices({1, 7, 8, 9, 16, 656, 4097, 16384}, [](Destination &destination, uint64_t length) {
        destination.zero(spoiled, 0, length);
        const nxc_payload_difference difference = destination.only(spoiled, NXC_DIFF_ZERO);
        checkFound(difference, 0, 0, 0);
        CHECK(difference.found_word == 0, "%" PRIx64, difference.found_word);
    });
}

void whatWasNeverWrittenIsPoison() {
    forSlices({1, 7, 8, 9, 16, 656, 4097, 16384}, [](Destination &destination, uint64_t length) {
        const nxc_payload_run &run = destination.runs[spoiled];
        destination.poison(spoiled, 0, length);
        const nxc_payload_difference difference = destination.only(spoiled, NXC_DIFF_POISON);
        checkFound(difference, NXC_KIND_POISON, poisonGeneration, run.own + firstDiffering(difference, run));
    });
}

void anOlderGenerationIsStale() {
    for (uint32_t age : {1, 2, 17, 499})
        forSlices({15, 16, 656, 4097, 16384}, [age](Destination &destination, uint64_t length) {
            const nxc_payload_run &run = destination.runs[spoiled];
            destination.stale(spoiled, 0, length, age);
            const nxc_payload_difference difference = destination.only(spoiled, NXC_DIFF_STALE);
            checkFound(difference, NXC_KIND_DATA, generation - age, run.location + firstDiffering(difference, run));
        });
}

void olderPoisonOfThisPlaceIsStale() {
    forSlices({16, 656, 4097}, [](Destination &destination, uint64_t length) {
        destination.put(spoiled, 0, length, NXC_KIND_POISON, poisonGeneration - 1, destination.runs[spoiled].own);
        CHECK(destination.only(spoiled, NXC_DIFF_STALE).found_kind == NXC_KIND_POISON, "its kind is said");
    });
}

void anotherPlaceIsMisplaced() {
    struct Planted {
        uint32_t kind, generation;
        uint64_t location;
    };
    forSlices({24, 656, 4097, 16384}, [](Destination &destination, uint64_t length) {
        const nxc_payload_run run = destination.runs[spoiled];
        const Planted planted[] = {
            {NXC_KIND_DATA, generation, run.location + length},              // the neighbouring slice
            {NXC_KIND_DATA, generation, run.location - 3 * length},          // another slice of this region
            {NXC_KIND_DATA, generation, run.location + (1 << 20) + 8},       // another region
            {NXC_KIND_DATA, generation - 2, run.location + (1 << 28) + 5},   // another place, an older generation
            {NXC_KIND_POISON, poisonGeneration, run.location},               // the source's poison
            {NXC_KIND_POISON, poisonGeneration, run.own + 8 * length},       // another destination's poison
            {NXC_KIND_GUARD, 1, run.own - 64},                               // a guard
        };
        for (const Planted &other : planted) {
            destination.put(spoiled, 0, length, other.kind, other.generation, other.location);
            const nxc_payload_difference difference = destination.only(spoiled, NXC_DIFF_MISPLACED);
            checkFound(difference, other.kind, other.generation, other.location + firstDiffering(difference, run));
        }
        // Two agreeing neighbours are enough: one bad byte in the middle takes nothing away.
        destination.slice(spoiled)[length - 2] ^= 0x10;
        if (length > 24) destination.only(spoiled, NXC_DIFF_MISPLACED);
    });
}

void aConstantDistanceIsShifted() {
    forSlices({32, 656, 4097, 16384}, [](Destination &destination, uint64_t length) {
        const nxc_payload_run run = destination.runs[spoiled];
        for (int64_t shift : {1, -1, 3, -5, 8, -8, 13, 64, -640, 4096, -4096, 40000}) {
            if (uint64_t(std::llabs(shift)) % length == 0) continue;
            destination.put(spoiled, 0, length, NXC_KIND_DATA, generation, run.location + uint64_t(shift));
            const nxc_payload_difference difference = destination.only(spoiled, NXC_DIFF_SHIFTED);
            CHECK(difference.shift == shift, "shift %" PRId64 ", planted %" PRId64, difference.shift, shift);
            checkFound(difference, NXC_KIND_DATA, generation,
                       run.location + uint64_t(shift) + firstDiffering(difference, run));
        }
    });
}

// A write that began too late leaves poison before it; one that began too early ends in what came behind.
void aWriteBesideItsPlaceIsShifted() {
    forSlices({64, 656, 4097}, [](Destination &destination, uint64_t length) {
        const nxc_payload_run run = destination.runs[spoiled];
        for (uint64_t distance : {1, 3, 8, 9, 40}) {
            destination.poison(spoiled, 0, distance);
            destination.put(spoiled, distance, length, NXC_KIND_DATA, generation, run.location);
            CHECK(destination.only(spoiled, NXC_DIFF_SHIFTED).shift == -int64_t(distance), "%" PRIu64, distance);
            destination.put(spoiled, 0, length - distance, NXC_KIND_DATA, generation, run.location + distance);
            destination.put(spoiled, length - distance, length, NXC_KIND_DATA, generation, run.location + 9 * length);
            CHECK(destination.only(spoiled, NXC_DIFF_SHIFTED).shift == int64_t(distance), "%" PRIu64, distance);
        }
    });
}

// The boundary is exact but where bytes of both parts happen to be equal: then it is the first that is not.
uint64_t boundaryOf(Destination &destination, const std::vector<uint8_t> &firstPart, uint64_t planted) {
    uint64_t boundary = planted;
    while (destination.slice(spoiled)[boundary] == firstPart[boundary]) boundary++;
    return destination.runs[spoiled].offset + boundary;
}

void twoPartsAreTorn() {
    forSlices({656, 4097, 16384}, [](Destination &destination, uint64_t length) {
        const nxc_payload_run run = destination.runs[spoiled];
        const std::vector<uint8_t> right(destination.slice(spoiled), destination.slice(spoiled) + length);
        const auto restore = [&] { std::memcpy(destination.slice(spoiled), right.data(), length); };
        for (uint64_t cut : {uint64_t{1}, uint64_t{8}, uint64_t{64}, uint64_t{333}, length / 2, length - 17}) {
            destination.poison(spoiled, cut, length);
            uint64_t boundary = boundaryOf(destination, right, cut);
            nxc_payload_difference torn = destination.only(spoiled, NXC_DIFF_TORN);
            checkFound(torn, NXC_KIND_DATA, generation, run.location);
            checkSecond(torn, boundary, NXC_KIND_POISON, poisonGeneration, run.own + (boundary - run.offset));
            restore();

            destination.stale(spoiled, cut, length, 1);
            boundary = boundaryOf(destination, right, cut);
            torn = destination.only(spoiled, NXC_DIFF_TORN);
            checkSecond(torn, boundary, NXC_KIND_DATA, generation - 1, run.location + (boundary - run.offset));
            restore();

            if (cut <= length / 2) {  // of another place two whole words must be left
                const uint64_t elsewhere = run.location + (1 << 24) + 3;
                destination.put(spoiled, cut, length, NXC_KIND_DATA, generation, elsewhere + cut);
                boundary = boundaryOf(destination, right, cut);
                torn = destination.only(spoiled, NXC_DIFF_TORN);
                checkSecond(torn, boundary, NXC_KIND_DATA, generation, elsewhere + (boundary - run.offset));
                restore();
            }

            destination.zero(spoiled, cut, length);
            boundary = boundaryOf(destination, right, cut);
            torn = destination.only(spoiled, NXC_DIFF_TORN);
            checkSecond(torn, boundary, 0, 0, 0);
            restore();
        }
    });
}

void twoWrongPartsAreTorn() {
    forSlices({656, 4097}, [](Destination &destination, uint64_t length) {
        const nxc_payload_run run = destination.runs[spoiled];
        destination.stale(spoiled, 0, length, 3);
        const std::vector<uint8_t> stale(destination.slice(spoiled), destination.slice(spoiled) + length);
        destination.stale(spoiled, 200, length, 1);
        const uint64_t boundary = boundaryOf(destination, stale, 200);
        const nxc_payload_difference torn = destination.only(spoiled, NXC_DIFF_TORN);
        checkFound(torn, NXC_KIND_DATA, generation - 3, run.location);
        checkSecond(torn, boundary, NXC_KIND_DATA, generation - 1, run.location + (boundary - run.offset));
    });
}

void aMissingEndOrHoleIsTorn() {
    forSlices({656, 4097}, [](Destination &destination, uint64_t length) {
        const std::vector<uint8_t> right(destination.slice(spoiled), destination.slice(spoiled) + length);
        for (uint64_t lost = 1; lost < 20; lost++) {
            destination.poison(spoiled, length - lost, length);
            if (std::memcmp(destination.slice(spoiled), right.data(), length) == 0) continue;  // the byte is equal
            CHECK(destination.only(spoiled, NXC_DIFF_TORN).second_kind == NXC_KIND_POISON, "lost %" PRIu64, lost);
            std::memcpy(destination.slice(spoiled), right.data(), length);
        }
        destination.poison(spoiled, 128, 192);
        const nxc_payload_difference hole = destination.only(spoiled, NXC_DIFF_TORN);
        CHECK(hole.second_kind == NXC_KIND_POISON, "second kind %u", hole.second_kind);
        CHECK(hole.last_offset - destination.runs[spoiled].offset <= 191, "last %" PRIu64, hole.last_offset);
        std::memcpy(destination.slice(spoiled), right.data(), length);
        destination.poison(spoiled, 0, 100);
        const nxc_payload_difference late = destination.only(spoiled, NXC_DIFF_TORN);
        CHECK(late.found_kind == NXC_KIND_POISON && late.second_kind == NXC_KIND_DATA, "found %u, second %u",
              late.found_kind, late.second_kind);
    });
}

void whatNobodyAskedToChangeIsOverrun() {
    forSlices({9, 656, 4097}, [](Destination &destination, uint64_t length) {
        nxc_payload_run &run = destination.runs[spoiled];
        run = {run.offset, length, run.own, run.own, NXC_KIND_POISON, poisonGeneration, 0, poisonGeneration};
        destination.poison(spoiled, 0, length);
        CHECK(destination.verify(nullptr, 0).runs_differing == 0, "an unselected slice that kept its poison");

        destination.slice(spoiled)[length - 1] ^= 4;
        CHECK(destination.only(spoiled, NXC_DIFF_OVERRUN).found_kind == 0, "one byte has no origin");
        destination.zero(spoiled, 0, length);
        destination.only(spoiled, NXC_DIFF_OVERRUN);
        if (length < 200) return;
        destination.poison(spoiled, 0, length);
        destination.put(spoiled, 101, 164, NXC_KIND_DATA, generation, 0x7001);
        const nxc_payload_difference difference = destination.only(spoiled, NXC_DIFF_OVERRUN);
        checkFound(difference, NXC_KIND_DATA, generation, 0x7001 + firstDiffering(difference, run) - 101);
    });
}

void aChangedByteOrWordIsForeign() {
    Numbers numbers(9);
    forSlices({656, 4097}, [&numbers](Destination &destination, uint64_t length) {
        for (int i = 0; i < 20; i++) {
            uint8_t *byte = destination.slice(spoiled) + 8 + numbers.below(length - 24);
            const uint8_t bit = uint8_t(1 << numbers.below(8));
            *byte ^= bit;
            nxc_payload_difference difference = destination.only(spoiled, NXC_DIFF_FOREIGN);
            CHECK(difference.bit_distance == 1 && difference.differing_bytes == 1 && difference.found_kind == 0,
                  "bit distance %u", difference.bit_distance);
            *byte ^= bit;

            uint64_t kept, odd = numbers.next() | 1;
            std::memcpy(&kept, byte, 8);
            for (uint64_t word : {odd, uint64_t{0}}) {
                std::memcpy(byte, &word, 8);
                difference = destination.only(spoiled, NXC_DIFF_FOREIGN);
                CHECK(difference.bit_distance > 8, "bit distance %u", difference.bit_distance);
            }
            std::memcpy(byte, &kept, 8);
        }
    });
}

void otherBytesAreForeign() {
    Numbers numbers(10);
    forSlices({1, 7, 9, 15, 16, 656, 4097, 16384}, [&numbers](Destination &destination, uint64_t length) {
        uint8_t *slice = destination.slice(spoiled);
        for (uint64_t i = 0; i < length; i++) slice[i] = uint8_t(numbers.next());
        // What these bytes are by chance, the classifier rightly says.
        if (length == 1 && (slice[0] == 0 || slice[0] == referenceByte(key, NXC_KIND_POISON, poisonGeneration,
                                                                      destination.runs[spoiled].own)))
            slice[0] = uint8_t(~slice[0]);
        if (slice[0] == referenceByte(key, NXC_KIND_DATA, generation, destination.runs[spoiled].location)) return;
        if (slice[length - 1] == referenceByte(key, NXC_KIND_POISON, poisonGeneration,
                                               destination.runs[spoiled].own + length - 1))
            return;
        CHECK(destination.only(spoiled, NXC_DIFF_FOREIGN).found_kind == 0, "random bytes have no origin");
        const char engine[] = "weights of another tensor ";
        for (uint64_t i = 0; i < length; i++) slice[i] = uint8_t(engine[i % (sizeof engine - 1)]);
        if (length > 8) destination.only(spoiled, NXC_DIFF_FOREIGN);
    });
}

void aNewerGenerationOfTheRightPlaceIsStaleAndSaid() {
    forSlices({656}, [](Destination &destination, uint64_t length) {
        const nxc_payload_run &run = destination.runs[spoiled];
        destination.put(spoiled, 0, length, NXC_KIND_DATA, generation + 1, run.location);
        const nxc_payload_difference difference = destination.only(spoiled, NXC_DIFF_STALE);
        checkFound(difference, NXC_KIND_DATA, generation + 1, run.location + firstDiffering(difference, run));
    });
}

void poisonWithACorruptByteIsForeign() {
    forSlices({656}, [](Destination &destination, uint64_t length) {
        destination.poison(spoiled, 0, length);
        destination.slice(spoiled)[300] ^= 1;
        CHECK(destination.only(spoiled, NXC_DIFF_FOREIGN).found_kind == NXC_KIND_POISON, "most of it is poison");
    });
}

// A run too short for two neighbouring words claims no origin.
void shortRunsClaimNoOrigin() {
    forSlices({8, 9, 15}, [](Destination &destination, uint64_t length) {
        const nxc_payload_run &run = destination.runs[spoiled];
        destination.put(spoiled, 0, length, NXC_KIND_DATA, generation, run.location + 5 * length);
        // By chance an end byte can be the expected one or the own poison's; the whole cannot.
        nxc_payload_difference difference;
        CHECK(destination.verify(&difference, 1).runs_differing == 1, "it differs");
        CHECK(difference.classification == NXC_DIFF_FOREIGN || difference.classification == NXC_DIFF_TORN, "%s",
              nameOf(difference.classification));
    });
}

void highLocationsAndGenerationsAreDecoded() {
    const uint64_t top = uint64_t{1} << 44;
    const uint32_t last = (1u << 21) - 1;
    const nxc_payload_bounds widest = {top, last, 0};
    std::vector<uint8_t> arena(656);
    const nxc_payload_run run = {0, 656, top - 656, 64, NXC_KIND_DATA, last, NXC_RUN_SELECTED, last};
    nxc_payload_run planted = run;
    planted.generation = last - 1;
    nxc_payload_fill(arena.data(), &key, &planted, 1);
    nxc_payload_difference difference;
    nxc_payload_summary summary;
    nxc_payload_verify(arena.data(), &key, &widest, &run, 1, &difference, 1, &summary);
    CHECK(difference.classification == NXC_DIFF_STALE && difference.found_generation == last - 1, "%s",
          nameOf(difference.classification));
    planted = run;
    planted.location = top - (uint64_t{1} << 30);
    nxc_payload_fill(arena.data(), &key, &planted, 1);
    nxc_payload_verify(arena.data(), &key, &widest, &run, 1, &difference, 1, &summary);
    CHECK(difference.classification == NXC_DIFF_MISPLACED && difference.found_location == planted.location, "%s",
          nameOf(difference.classification));
}

// Words that decode to what was never handed out are no words of ours.
void boundsDecideWhatIsDecodable() {
    Destination destination(5, 656, 0x40000000u);
    destination.put(spoiled, 0, 656, NXC_KIND_DATA, poisonGeneration + 1, 0x50000000u);
    CHECK(destination.only(spoiled, NXC_DIFF_FOREIGN).found_kind == 0, "a generation beyond the limit");
    destination.put(spoiled, 0, 656, NXC_KIND_DATA, generation, bounds.location_limit + 64);
    CHECK(destination.only(spoiled, NXC_DIFF_FOREIGN).found_kind == 0, "a location beyond the limit");
}

void theSummaryCountsMoreThanFits() {
    Destination destination(20, 656, 0x40000001u);
    for (uint64_t run = 3; run < 9; run++) destination.zero(run, 0, 656);
    for (uint64_t run = 9; run < 14; run++) destination.poison(run, 0, 656);
    nxc_payload_difference differences[4] = {};
    const nxc_payload_summary summary = destination.verify(differences, 3);
    CHECK(summary.runs_verified == 20 && summary.bytes_verified == 20 * 656, "%" PRIu64, summary.runs_verified);
    CHECK(summary.runs_differing == 11 && summary.differences_written == 3, "%" PRIu64, summary.runs_differing);
    CHECK(summary.runs_by_classification[NXC_DIFF_ZERO] == 6 && summary.runs_by_classification[NXC_DIFF_POISON] == 5,
          "by classification");
    for (uint64_t i = 0; i < 3; i++) CHECK(differences[i].run == 3 + i, "the first ones, by run");
    CHECK(differences[3].classification == 0, "nothing behind the capacity was written");
}

void whatIsRightIsNeverCalledWrong() {
    Numbers numbers(11);
    for (int i = 0; i < 3000; i++) {
        const nxc_payload_key any = keyOf(numbers.next());
        const uint64_t length = 1 + numbers.below(5000), offset = numbers.below(64);
        const nxc_payload_run run = {offset, length, numbers.below(uint64_t{1} << 40), numbers.below(uint64_t{1} << 40),
                                     1 + uint32_t(numbers.below(3)), 1 + uint32_t(numbers.below(1 << 20)),
                                     NXC_RUN_SELECTED, 1 + uint32_t(numbers.below(1 << 20))};
        std::vector<uint8_t> arena(offset + length);
        nxc_payload_fill(arena.data(), &any, &run, 1);
        nxc_payload_summary summary;
        nxc_payload_verify(arena.data(), &any, &bounds, &run, 1, nullptr, 0, &summary);
        CHECK(summary.runs_differing == 0, "length %" PRIu64 " location %" PRIx64, length, run.location);
    }
}

}  // namespace

int main(int argc, char **argv) {
    requireVector(argc, argv);
    zerosAreZero();
    whatWasNeverWrittenIsPoison();
    anOlderGenerationIsStale();
    olderPoisonOfThisPlaceIsStale();
    anotherPlaceIsMisplaced();
    aConstantDistanceIsShifted();
    aWriteBesideItsPlaceIsShifted();
    twoPartsAreTorn();
    twoWrongPartsAreTorn();
    aMissingEndOrHoleIsTorn();
    whatNobodyAskedToChangeIsOverrun();
    aChangedByteOrWordIsForeign();
    otherBytesAreForeign();
    aNewerGenerationOfTheRightPlaceIsStaleAndSaid();
    poisonWithACorruptByteIsForeign();
    shortRunsClaimNoOrigin();
    highLocationsAndGenerationsAreDecoded();
    boundsDecideWhatIsDecodable();
    theSummaryCountsMoreThanFits();
    whatIsRightIsNeverCalledWrong();
    return 0;
}
