#include "damage.h"

#include <algorithm>

#include "memory.h"
#include "signatures.h"

namespace fault {

namespace {

/* Requests up to this size are copied whole for the sake of `old`; of larger ones only the descriptors that it names. */
constexpr size_t whole_copy_bytes = size_t{64} << 20;

bytes_at bytes_of(const request &of, const range &target) {
    return bytes_at(of.memory, target.address, target.length);
}

std::string place(const request &of, const planned &fault) {
    return said("request", of.ordinal) + " " + said("descriptor", fault.descriptor);
}

bool within(const std::vector<range> &ranges, int64_t index) {
    return index < static_cast<int64_t>(ranges.size());
}

/* What was done, or that the memory did not take it. */
void end(const planned &fault, const request &done, bool there, const std::string &what) {
    trace(fault, done.rank, there ? what : what + " failed");
}

void zero(planned &fault, const request &done) {
    const range &target = done.locals[static_cast<size_t>(fault.descriptor)];
    bytes_at bytes = bytes_of(done, target);
    if (!bytes.empty() && take(fault, done.rank, done.ordinal)) {
        std::fill(bytes.begin(), bytes.end(), 0);
        end(fault, done, bytes.put(), place(done, fault));
    }
}

void flip(planned &fault, const request &done) {
    const range &target = done.locals[static_cast<size_t>(fault.descriptor)];
    if (fault.byte >= static_cast<int64_t>(target.length)) {
        return;
    }
    bytes_at bytes(done.memory, target.address + static_cast<size_t>(fault.byte), 1);
    if (!bytes.empty() && take(fault, done.rank, done.ordinal)) {
        *bytes.begin() ^= static_cast<char>(1 << fault.bit);
        end(fault, done, bytes.put(),
            place(done, fault) + " " + said("byte", fault.byte) + " " + said("bit", fault.bit));
    }
}

void write_pattern(planned &fault, const request &done) {
    const range &target = done.locals[static_cast<size_t>(fault.descriptor)];
    bytes_at bytes(done.memory, target.address + static_cast<uintptr_t>(fault.offset), static_cast<size_t>(fault.bytes));
    if (!bytes.empty() && take(fault, done.rank, done.ordinal)) {
        for (int64_t i = 0; i < fault.bytes; i++) {
            bytes.begin()[i] = static_cast<char>(i % 2 == 0 ? 0xa5 : 0x3c);
        }
        end(fault, done, bytes.put(),
            place(done, fault) + " " + said("offset", fault.offset) + " " + said("bytes", fault.bytes));
    }
}

/* Inverts every n-th whole word of all descriptors in order, the first of them n / 2 words after the begin; that of the
 * middle when there are fewer. */
void every(planned &fault, const request &done) {
    int64_t words = 0;
    for (const range &each : done.locals) {
        words += static_cast<int64_t>(each.length / 8);
    }
    if (words == 0 || !take(fault, done.rank, done.ordinal)) {
        return;
    }
    int64_t next = std::min(fault.words, words) / 2; /* counted from where the current descriptor begins */
    int64_t inverted = 0;
    bool there = true;
    for (const range &each : done.locals) {
        const int64_t count = static_cast<int64_t>(each.length / 8);
        for (; next < count; next += fault.words, inverted++) {
            bytes_at word(done.memory, each.address + static_cast<size_t>(next) * 8, 8);
            if (!word.empty()) {
                std::for_each(word.begin(), word.end(), [](char &byte) { byte = static_cast<char>(~byte); });
            }
            there &= word.put();
        }
        next -= count;
    }
    end(fault, done, there, said("request", done.ordinal) + " " + said("inverted", inverted));
}

void old(ledger &in, planned &fault, const request &done) {
    const range &target = done.locals[static_cast<size_t>(fault.descriptor)];
    auto copy = in.copies.upper_bound(target.address);
    if (copy == in.copies.begin() || fault.byte >= static_cast<int64_t>(target.length)) {
        return;
    }
    --copy;
    const size_t skipped = target.address - copy->first;
    bytes_at bytes = bytes_of(done, target);
    if (bytes.empty() || skipped + target.length > copy->second.size() || !take(fault, done.rank, done.ordinal)) {
        return;
    }
    const size_t from = static_cast<size_t>(fault.byte);
    std::copy_n(copy->second.data() + skipped + from, target.length - from, bytes.begin() + from);
    end(fault, done, bytes.put(), place(done, fault) + " " + said("byte", fault.byte));
}

const std::vector<range> *locals_of(const ledger &in, const request &done, int64_t ordinal) {
    if (ordinal == done.ordinal) {
        return &done.locals;
    }
    const auto found = in.finished.find(ordinal);
    return found == in.finished.end() ? nullptr : &found->second;
}

/* The two requests may be one; of two, the later applies it. */
void exchange(ledger &in, planned &fault, const request &done) {
    const int64_t one = fault.request < 0 ? done.ordinal : fault.request;
    const int64_t other = fault.with_request < 0 ? one : fault.with_request;
    if (done.ordinal != one && done.ordinal != other) {
        return;
    }
    if (one != other) {
        in.finished[done.ordinal] = done.locals;
    }
    const std::vector<range> *first = locals_of(in, done, one);
    const std::vector<range> *second = locals_of(in, done, other);
    if (first == nullptr || second == nullptr || !within(*first, fault.descriptor) || !within(*second, fault.with) ||
        !take(fault, done.rank, one)) {
        return;
    }
    const range &a = (*first)[static_cast<size_t>(fault.descriptor)];
    const range &b = (*second)[static_cast<size_t>(fault.with)];
    const size_t length = std::min(a.length, b.length);
    bytes_at ours(done.memory, a.address, length);
    bytes_at theirs(done.memory, b.address, length);
    const bool there = !ours.empty() && !theirs.empty();
    if (there) {
        std::swap_ranges(ours.begin(), ours.end(), theirs.begin());
    }
    end(fault, done, there && ours.put() && theirs.put(),
          said("request", one) + " " + said("descriptor", fault.descriptor) + " " + said("withRequest", other) + " " +
              said("with", fault.with));
}

std::map<uintptr_t, std::string> copies_of(const ledger &in, const request &done) {
    size_t bytes = 0;
    for (const range &each : done.locals) {
        bytes += each.length;
    }
    std::map<uintptr_t, std::string> copies;
    const auto copy = [&copies, &done](const range &each) {
        bytes_at now = bytes_of(done, each);
        if (!now.empty()) {
            copies[each.address].assign(now.begin(), now.end());
        }
    };
    if (bytes <= whole_copy_bytes) {
        std::for_each(done.locals.begin(), done.locals.end(), copy);
        return copies;
    }
    for (const planned &fault : in.plan.faults) {
        if (fault.is == kind::old && within(done.locals, fault.descriptor)) {
            copy(done.locals[static_cast<size_t>(fault.descriptor)]);
        }
    }
    return copies;
}

void apply(ledger &in, planned &fault, const request &done) {
    switch (fault.is) {
    case kind::zero: return zero(fault, done);
    case kind::flip: return flip(fault, done);
    case kind::write: return write_pattern(fault, done);
    case kind::old: return old(in, fault, done);
    default: return;
    }
}

} // namespace

void damage(ledger &in, const request &done) {
    if (done.operation != read_operation) {
        return;
    }
    std::map<uintptr_t, std::string> fresh;
    if (in.wants_copies) {
        fresh = copies_of(in, done);
    }
    for (planned &fault : in.plan.faults) {
        if (fault.is == kind::every) {
            every(fault, done);
        } else if (fault.is == kind::exchange) {
            exchange(in, fault, done);
        } else if (within(done.locals, fault.descriptor)) {
            apply(in, fault, done);
        }
    }
    for (auto &each : fresh) {
        in.copies[each.first] = std::move(each.second);
    }
}

} // namespace fault
