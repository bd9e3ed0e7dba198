// Each fault over a small NIXL: applied where it is asked for, as often as it is asked for, and nothing else changed.
#include <time.h>

#include <algorithm>
#include <vector>

#include "../src/fault/signatures.h"
#include "fault_case.h"
#include "fault_fake.h"

namespace {

constexpr size_t descriptors = 16;
constexpr size_t length = 96;
constexpr size_t stride = 128; // 32 bytes between descriptors belong to none
constexpr size_t guard = 512;
constexpr size_t memory_bytes = 2 * guard + descriptors * stride;
const std::vector<int> some = {3, 0, 7, 12, 5, 9};

using bytes = std::vector<uint8_t>;

const char *fake_library;

#define NIXL(name) (reinterpret_cast<decltype(&fault::signature::name)>(it.symbol("nixl_capi_" #name)))

struct engine {
    std::string name;
    void *agent = nullptr;
    void *options = nullptr;
    void *map = nullptr;
    bytes memory = bytes(memory_bytes, 0xee);
    void *local = nullptr;
    void *remote = nullptr; // of prefill

    uintptr_t address(size_t descriptor) {
        return reinterpret_cast<uintptr_t>(memory.data()) + guard + descriptor * stride;
    }
};

// Two agents of one process, decode reads from prefill; what a serving engine does with them.
/* As NIXL numbers it: 0 is the host's. The memory itself is the host's in any case, as a simulated GPU's is. */
int kind_of_memory = 0;

struct world {
    explicit world(void *fault_library) : library(fault_library) {
        void *real = dlopen(fake_library, RTLD_NOW | RTLD_NOLOAD);
        CHECK(real != nullptr, "the library did not load %s", fake_library);
        fake = reinterpret_cast<fake_controls *(*)()>(dlsym(real, "fake"))();
        open(prefill, "prefill-0-rank-0");
        open(decode, "decode-0-rank-0");
        for (size_t i = 0; i < memory_bytes; i++) prefill.memory[i] = static_cast<uint8_t>(i * 7 + i / 256 + 1);
        decode.local = prepare(decode, "", decode);
        decode.remote = prepare(decode, "prefill-0-rank-0", prefill);
    }

    void *symbol(const char *symbol_name) {
        void *found = dlsym(library, symbol_name);
        CHECK(found != nullptr, "%s is not exported", symbol_name);
        return found;
    }

    void open(engine &of, const char *name) {
        world &it = *this;
        of.name = name;
        char configuration[40] = {};
        good(NIXL(create_configured_agent)(name, configuration, &of.agent));
        good(reinterpret_cast<int (*)(void **)>(symbol("nixl_capi_create_opt_args"))(&of.options));
        good(reinterpret_cast<int (*)(void **)>(symbol("nixl_capi_create_notif_map"))(&of.map));
        void *list = nullptr;
        good(NIXL(create_reg_dlist)(0, &list));
        good(NIXL(reg_dlist_add_desc)(list, reinterpret_cast<uintptr_t>(of.memory.data()), memory_bytes, 0, nullptr, 0));
        good(NIXL(register_mem)(of.agent, list, of.options));
        good(NIXL(destroy_reg_dlist)(list));
    }

    // With detours, so that the library has to keep up with what a list holds.
    void *prepare(engine &by, const char *owner, engine &of) {
        world &it = *this;
        void *list = nullptr;
        void *prepared = nullptr;
        good(NIXL(create_xfer_dlist)(kind_of_memory, &list));
        good(NIXL(xfer_dlist_add_desc)(list, 1, 1, 0));
        good(NIXL(xfer_dlist_clear)(list));
        good(NIXL(xfer_dlist_add_desc)(list, 2, 2, 0));
        for (size_t i = 0; i < descriptors; i++) {
            good(NIXL(xfer_dlist_add_desc)(list, of.address(i), length, 0));
        }
        good(NIXL(xfer_dlist_rem_desc)(list, 0));
        good(NIXL(prep_xfer_dlist)(by.agent, owner, list, &prepared, by.options));
        good(NIXL(destroy_xfer_dlist)(list));
        return prepared;
    }

    // `locals` from the same descriptors of prefill, in reverse order.
    void *make(const std::vector<int> &locals = some, int operation = fault::read_operation) {
        world &it = *this;
        const std::vector<int> remotes(locals.rbegin(), locals.rend());
        const std::string text = "request " + std::to_string(made++);
        good(reinterpret_cast<int (*)(void *, const void *, size_t)>(symbol("nixl_capi_opt_args_set_notif_msg"))(
            decode.options, text.data(), text.size()));
        good(reinterpret_cast<int (*)(void *, bool)>(symbol("nixl_capi_opt_args_set_has_notif"))(decode.options, true));
        void *request = nullptr;
        good(NIXL(make_xfer_req)(decode.agent, operation, decode.local, locals.data(), locals.size(), decode.remote,
                                 remotes.data(), remotes.size(), &request, decode.options));
        bool has = false;
        good(NIXL(opt_args_get_has_notif)(decode.options, &has));
        CHECK(has, "the caller's options were changed");
        return request;
    }

    int post(void *request) {
        world &it = *this;
        return NIXL(post_xfer_req)(decode.agent, request, nullptr);
    }

    int status(void *request) {
        world &it = *this;
        return NIXL(get_xfer_status)(decode.agent, request);
    }

    void release(void *request) {
        world &it = *this;
        good(NIXL(release_xfer_req)(decode.agent, request));
        good(NIXL(destroy_xfer_req)(request));
    }

    // Posts, and polls until it ends. Returns the last status.
    int move(void *request) {
        int last = post(request);
        for (int i = 0; last == fault::in_progress && i < 100000; i++) last = status(request);
        return last;
    }

    // "sender:text sender:text ", in the order of arrival.
    std::string arrived(engine &at) {
        world &it = *this;
        good(NIXL(get_notifs)(at.agent, at.map, nullptr));
        size_t senders = 0;
        good(NIXL(notif_map_size)(at.map, &senders));
        std::string all;
        for (size_t s = 0; s < senders; s++) {
            const char *sender = nullptr;
            size_t count = 0;
            good(NIXL(notif_map_get_agent_at)(at.map, s, &sender));
            good(NIXL(notif_map_get_notifs_size)(at.map, sender, &count));
            for (size_t i = 0; i < count; i++) {
                const void *text = nullptr;
                size_t text_length = 0;
                good(NIXL(notif_map_get_notif)(at.map, sender, i, &text, &text_length));
                all += sender + std::string(":") + std::string(static_cast<const char *>(text), text_length) + " ";
            }
        }
        good(NIXL(notif_map_clear)(at.map));
        good(NIXL(notif_map_size)(at.map, &senders));
        CHECK(senders == 0, "%zu senders after clear", senders);
        return all;
    }

    void poison() { std::fill(decode.memory.begin(), decode.memory.end(), 0xee); }

    // What decode's memory must be once `locals` are there.
    bytes right(const std::vector<int> &locals = some) {
        bytes expected(memory_bytes, 0xee);
        for (size_t i = 0; i < locals.size(); i++) bring(&expected, locals, i, locals.size() - 1 - i);
        return expected;
    }

    // Local descriptor of pair `local` gets what lies at prefill's descriptor locals[remote_of].
    void bring(bytes *to, const std::vector<int> &locals, size_t local, size_t remote_of) {
        std::copy_n(at(prefill.memory, locals[remote_of]), length, at(*to, locals[local]));
    }

    static bytes::iterator at(bytes &memory, int descriptor) {
        return memory.begin() + static_cast<ptrdiff_t>(guard + static_cast<size_t>(descriptor) * stride);
    }

    void good(int status_of_call) { CHECK(status_of_call == 0, "a call returned %d", status_of_call); }

    // Nothing is left when the caller has released all of its own.
    void leave() {
        world &it = *this;
        good(NIXL(release_xfer_dlist_handle)(decode.agent, decode.local));
        good(NIXL(release_xfer_dlist_handle)(decode.agent, decode.remote));
        CHECK(fake->living_requests == 0 && fake->unreleased == 0 && fake->living_prepared == 0,
              "%d requests, %d unreleased, %d lists are left", fake->living_requests, fake->unreleased,
              fake->living_prepared);
    }

    void *library;
    fake_controls *fake = nullptr;
    engine prefill;
    engine decode;
    int made = 0;
};

void same(const bytes &found, const bytes &expected, const char *when) {
    CHECK(found.size() == expected.size(), "%s", when);
    for (size_t i = 0; i < found.size(); i++) {
        CHECK(found[i] == expected[i], "%s: byte %zu (descriptor %zu, byte %zu) is %02x, not %02x", when, i,
              (i - guard) / stride, (i - guard) % stride, found[i], expected[i]);
    }
}

uint64_t now_ms() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1000 + static_cast<uint64_t>(now.tv_nsec) / 1000000;
}

class suite {
  public:
    explicit suite(const cases &all) : all_(all) {}

    // In `faults` apostrophes stand for quotation marks.
    void run(const std::string &faults, const std::string &trace, const std::function<void(world &)> &body) {
        const ending end = all_.run(plan(faults), [&body](void *library) {
            world it(library);
            body(it);
        });
        CHECK(end.code == 0, "%s: ended with %d, signal %d: %s", faults.c_str(), end.code, end.signal,
              end.errors.c_str());
        CHECK(end.errors.empty(), "%s: said %s", faults.c_str(), end.errors.c_str());
        CHECK(end.trace == trace, "%s: the trace is\n%sand not\n%s", faults.c_str(), end.trace.c_str(), trace.c_str());
    }

    // The usual case: READs, `change` makes of what is right what is expected after the first.
    void reads(const std::string &faults, const std::string &trace,
               const std::function<void(world &, bytes &)> &change) {
        for (const int polls : {0, 2}) {
            run(faults, trace, [&](world &it) {
                it.fake->polls_to_done = polls;
                for (int request = 0; request < 3; request++) {
                    it.poison();
                    void *made = it.make();
                    CHECK(it.move(made) == 0, "request %d did not end", request);
                    bytes expected = it.right();
                    if (request == 0) change(it, expected);
                    same(it.decode.memory, expected, request == 0 ? "the first request" : "a later request");
                    CHECK(it.arrived(it.prefill) == "decode-0-rank-0:request " + std::to_string(request) + " ",
                          "the notification of request %d", request);
                    it.release(made);
                }
                it.leave();
            });
        }
    }

    ending ends(const std::string &faults, const std::function<void(world &)> &body) {
        return all_.run(plan(faults), [&body](void *library) {
            world it(library);
            body(it);
        });
    }

    ending never_ends(const std::string &faults, const std::function<void(world &)> &body) {
        return all_.run_endless(plan(faults), [&body](void *library) {
            world it(library);
            body(it);
        });
    }

    const cases &all() const { return all_; }

    std::string plan(std::string faults, unsigned seed = 7) const {
        std::replace(faults.begin(), faults.end(), '\'', '"');
        return all_.plan(faults, seed);
    }

  private:
    const cases &all_;
};

const std::string decode_says = "decode-0-rank-0 ";

void nothing_planted(suite &s) {
    s.reads("", "", [](world &, bytes &) {});
    s.reads("{'fault': 'flip', 'rank': 'prefill-0-rank-0', 'descriptor': 0, 'byte': 0, 'bit': 0}", "",
            [](world &, bytes &) {});
    s.reads("{'fault': 'zero', 'request': 9, 'descriptor': 0}, {'fault': 'zero', 'descriptor': 6}"
            ", {'fault': 'skip', 'descriptor': 6}, {'fault': 'swap', 'descriptor': 0, 'with': 6}"
            ", {'fault': 'flip', 'descriptor': 0, 'byte': 96, 'bit': 0}, {'fault': 'cut', 'descriptor': 0, 'bytes': 96}"
            ", {'fault': 'zero', 'rate': 0, 'descriptor': 0}, {'fault': 'old', 'request': 0, 'descriptor': 1}",
            "", [](world &, bytes &) {});
    // Faults in what a READ has filled leave a WRITE alone.
    s.run("{'fault': 'zero', 'descriptor': 0}, {'fault': 'every'}", "", [](world &it) {
        const bytes before = it.decode.memory;
        void *made = it.make(some, fault::write_operation);
        CHECK(it.move(made) == 0, "the WRITE did not end");
        same(it.decode.memory, before, "the initiator of a WRITE");
        bytes::iterator target = world::at(it.prefill.memory, some[0]);
        CHECK(std::count(target, target + length, 0xee) == length, "the target of a WRITE");
        it.release(made);
        it.leave();
    });
}

void memory_faults(suite &s) {
    s.reads("{'fault': 'zero', 'rank': 'decode-0-rank-0', 'request': 0, 'descriptor': 2}",
            decode_says + "zero request=0 descriptor=2\n",
            [](world &, bytes &e) { std::fill_n(world::at(e, some[2]), length, 0); });
    s.reads("{'fault': 'flip', 'descriptor': 3, 'byte': 77, 'bit': 4}",
            decode_says + "flip request=0 descriptor=3 byte=77 bit=4\n",
            [](world &, bytes &e) { world::at(e, some[3])[77] ^= 16; });
    // 6 descriptors of 12 words.
    const auto invert = [](bytes::iterator word) { std::for_each(word, word + 8, [](uint8_t &b) { b ^= 0xff; }); };
    s.reads("{'fault': 'every', 'words': 20}", decode_says + "every request=0 inverted=4\n",
            [invert](world &, bytes &e) {
                invert(world::at(e, some[0]) + 10 * 8);
                invert(world::at(e, some[2]) + 6 * 8);
                invert(world::at(e, some[4]) + 2 * 8);
                invert(world::at(e, some[5]) + 10 * 8);
            });
    s.reads("{'fault': 'every'}", decode_says + "every request=0 inverted=1\n",
            [invert](world &, bytes &e) { invert(world::at(e, some[3])); });
    s.reads("{'fault': 'exchange', 'descriptor': 1, 'with': 4}",
            decode_says + "exchange request=0 descriptor=1 withRequest=0 with=4\n", [](world &, bytes &e) {
                std::swap_ranges(world::at(e, some[1]), world::at(e, some[1]) + length, world::at(e, some[4]));
            });
    // Behind the end, and before the begin.
    s.reads("{'fault': 'write', 'descriptor': 0, 'offset': 96, 'bytes': 3}",
            decode_says + "write request=0 descriptor=0 offset=96 bytes=3\n", [](world &, bytes &e) {
                const uint8_t pattern[] = {0xa5, 0x3c, 0xa5};
                std::copy_n(pattern, 3, world::at(e, some[0]) + 96);
            });
    s.reads("{'fault': 'write', 'descriptor': 1, 'offset': -8, 'bytes': 2}",
            decode_says + "write request=0 descriptor=1 offset=-8 bytes=2\n", [](world &, bytes &e) {
                world::at(e, some[1])[-8] = 0xa5;
                world::at(e, some[1])[-7] = 0x3c;
            });
}

void old_and_exchanged_between_requests(suite &s) {
    s.run("{'fault': 'old', 'request': 1, 'descriptor': 2}, {'fault': 'old', 'request': 2, 'descriptor': 0, 'byte': 40}",
          decode_says + "old request=1 descriptor=2 byte=0\n" + decode_says + "old request=2 descriptor=0 byte=40\n",
          [](world &it) {
              bytes before;
              bytes expected;
              for (int request = 0; request < 3; request++) {
                  it.poison();
                  for (uint8_t &each : it.prefill.memory) each = static_cast<uint8_t>(each * 5 + 3);
                  void *made = it.make();
                  CHECK(it.move(made) == 0, "request %d", request);
                  expected = it.right();
                  bytes found = expected;
                  if (request == 1) std::copy_n(world::at(before, some[2]), length, world::at(found, some[2]));
                  if (request == 2) std::copy_n(world::at(before, some[0]) + 40, length - 40, world::at(found, some[0]) + 40);
                  same(it.decode.memory, found, "old");
                  before = expected; // what a request brought, not what a fault made of it
                  it.release(made);
              }
          });
    // In either order of their ends.
    for (const bool second_first : {false, true}) {
        s.run("{'fault': 'exchange', 'request': 0, 'descriptor': 1, 'with': 2, 'withRequest': 1}",
              decode_says + "exchange request=0 descriptor=1 withRequest=1 with=2\n", [second_first](world &it) {
                  const std::vector<int> others = {1, 2, 4};
                  void *one = it.make();
                  void *two = it.make(others);
                  CHECK(it.move(second_first ? two : one) == 0 && it.move(second_first ? one : two) == 0, "the end");
                  bytes expected = it.right();
                  const bytes second = it.right(others);
                  for (size_t i = 0; i < expected.size(); i++) {
                      expected[i] = second[i] != 0xee ? second[i] : expected[i];
                  }
                  std::swap_ranges(world::at(expected, some[1]), world::at(expected, some[1]) + length,
                                   world::at(expected, others[2]));
                  same(it.decode.memory, expected, "exchange");
                  it.release(one);
                  it.release(two);
                  it.leave();
              });
    }
}

void changed_lists(suite &s) {
    const auto poisoned = [](bytes &e, size_t i) { std::fill_n(world::at(e, some[i]), length, 0xee); };
    s.reads("{'fault': 'skip', 'descriptor': 2}", decode_says + "skip request=0 descriptor=2\n",
            [poisoned](world &, bytes &e) { poisoned(e, 2); });
    s.reads("{'fault': 'redirect', 'descriptor': 2, 'with': 0}", decode_says + "redirect request=0 descriptor=2 with=0\n",
            [](world &it, bytes &e) { it.bring(&e, some, 2, some.size() - 1); });
    s.reads("{'fault': 'swap', 'descriptor': 1, 'with': 5}", decode_says + "swap request=0 descriptor=1 with=5\n",
            [](world &it, bytes &e) {
                it.bring(&e, some, 1, 0);
                it.bring(&e, some, 5, 4);
            });
    for (const int by : {8, -1}) {
        s.reads("{'fault': 'shift', 'descriptor': 1, 'bytes': " + std::to_string(by) + "}",
                decode_says + "shift request=0 descriptor=1 bytes=" + std::to_string(by) + "\n",
                [by](world &it, bytes &e) {
                    std::copy_n(world::at(it.prefill.memory, some[4]) + by, length, world::at(e, some[1]));
                });
    }
    s.reads("{'fault': 'cut', 'descriptor': 3, 'bytes': 1}", decode_says + "cut request=0 descriptor=3 bytes=1\n",
            [](world &, bytes &e) { world::at(e, some[3])[length - 1] = 0xee; });
    s.reads("{'fault': 'lengthen', 'descriptor': 3, 'bytes': 4}",
            decode_says + "lengthen request=0 descriptor=3 bytes=4\n", [](world &it, bytes &e) {
                std::copy_n(world::at(it.prefill.memory, some[2]) + length, 4, world::at(e, some[3]) + length);
            });
    s.reads("{'fault': 'again', 'descriptor': 0, 'with': 3}", decode_says + "again request=0 descriptor=0 with=3\n",
            [](world &it, bytes &e) { it.bring(&e, some, 0, 2); });
    // Two at once: places are those of the caller's list.
    s.reads("{'fault': 'skip', 'descriptor': 0}, {'fault': 'skip', 'descriptor': 1}",
            decode_says + "skip request=0 descriptor=0\n" + decode_says + "skip request=0 descriptor=1\n",
            [poisoned](world &, bytes &e) {
                poisoned(e, 0);
                poisoned(e, 1);
            });
    // Also a WRITE, and a list of one.
    s.run("{'fault': 'skip', 'descriptor': 0, 'times': 2}",
          decode_says + "skip request=0 descriptor=0\n" + decode_says + "skip request=1 descriptor=0\n", [](world &it) {
              const bytes before = it.prefill.memory;
              void *made = it.make(some, fault::write_operation);
              CHECK(it.move(made) == 0, "the WRITE did not end");
              bytes expected = before;
              for (size_t i = 1; i < some.size(); i++) {
                  std::fill_n(world::at(expected, some[some.size() - 1 - i]), length, 0xee);
              }
              same(it.prefill.memory, expected, "a WRITE that skips");
              it.release(made);
              made = it.make({4});
              CHECK(it.move(made) == 0, "a request for nothing did not end");
              same(it.decode.memory, bytes(memory_bytes, 0xee), "a READ of nothing");
              CHECK(it.arrived(it.prefill) == "decode-0-rank-0:request 0 decode-0-rank-0:request 1 ", "notifications");
              it.release(made);
              it.leave();
          });
    for (const int after : {0, 2}) {
        s.run("{'fault': 'stop', 'after': " + std::to_string(after) + "}",
              decode_says + "stop request=0 after=" + std::to_string(after) + "\n", [after, poisoned](world &it) {
                  void *made = it.make();
                  CHECK(it.move(made) == fault::in_progress, "a stopped request ended");
                  bytes expected = it.right();
                  for (size_t i = static_cast<size_t>(after); i < some.size(); i++) poisoned(expected, i);
                  same(it.decode.memory, expected, "stop");
                  CHECK(it.arrived(it.prefill).empty(), "a stopped request notified");
                  it.release(made);
                  it.leave();
              });
    }
}

void late_parts(suite &s) {
    s.run("{'fault': 'late', 'descriptor': 2, 'milliseconds': 60}", decode_says + "late request=0 descriptor=2\n",
          [](world &it) {
              void *made = it.make();
              CHECK(it.move(made) == 0, "the request did not end");
              CHECK(it.arrived(it.prefill) == "decode-0-rank-0:request 0 ", "the first part notifies");
              bytes expected = it.right();
              std::fill_n(world::at(expected, some[2]), length, 0xee);
              same(it.decode.memory, expected, "at once");
              it.release(made); // before the rest is there
              CHECK(it.fake->unreleased == 2, "%d requests live", it.fake->unreleased);
              it.arrived(it.decode); // due is counted from when the first part is seen to be done
              usleep(80000);
              it.arrived(it.decode);
              same(it.decode.memory, it.right(), "later");
              CHECK(it.fake->unreleased == 0, "%d requests live", it.fake->unreleased);
              CHECK(it.arrived(it.prefill).empty(), "the second part notified");
              it.leave();
          });
    s.run("{'fault': 'late', 'descriptor': 2, 'milliseconds': 60, 'hold': true}",
          decode_says + "late request=0 descriptor=2\n", [](world &it) {
              void *made = it.make();
              const uint64_t begun = now_ms();
              CHECK(it.post(made) == fault::in_progress, "done at once");
              int status;
              while ((status = it.status(made)) == fault::in_progress) {
                  CHECK(it.arrived(it.prefill).empty() || now_ms() - begun >= 60, "the first part notified");
                  usleep(1000);
              }
              CHECK(status == 0 && now_ms() - begun >= 60, "ended with %d after %d ms", status, int(now_ms() - begun));
              same(it.decode.memory, it.right(), "at the end");
              it.release(made);
              it.leave();
          });
}

void order(suite &s) {
    s.run("{'fault': 'early-done', 'milliseconds': 60}", decode_says + "early-done request=0\n", [](world &it) {
        void *made = it.make();
        CHECK(it.post(made) == 0 && it.status(made) == 0, "not done at once");
        CHECK(it.fake->posted == 0, "posted");
        same(it.decode.memory, bytes(memory_bytes, 0xee), "at once");
        it.release(made);
        CHECK(it.arrived(it.prefill).empty(), "notified at once");
        usleep(80000);
        it.arrived(it.decode);
        it.arrived(it.decode);
        same(it.decode.memory, it.right(), "later");
        CHECK(it.arrived(it.prefill) == "decode-0-rank-0:request 0 ", "the notification");
        it.leave();
    });
    // The session ends before that: nothing is posted into memory that is gone.
    s.run("{'fault': 'early-done', 'milliseconds': 60000}", decode_says + "early-done request=0\n", [](world &it) {
        void *made = it.make();
        CHECK(it.post(made) == 0, "not done at once");
        it.release(made);
        it.leave();
        CHECK(it.fake->posted == 0, "posted");
    });
    s.run("{'fault': 'early-notification', 'milliseconds': 60}",
          decode_says + "early-notification request=0 receiver=prefill-0-rank-0\n", [](world &it) {
              void *made = it.make();
              CHECK(it.post(made) == fault::in_progress && it.status(made) == fault::in_progress, "done at once");
              CHECK(it.arrived(it.prefill) == "decode-0-rank-0:request 0 ", "no early notification");
              same(it.decode.memory, bytes(memory_bytes, 0xee), "at once");
              usleep(80000);
              int status;
              while ((status = it.status(made)) == fault::in_progress) {
              }
              CHECK(status == 0, "ended with %d", status);
              same(it.decode.memory, it.right(), "later");
              CHECK(it.arrived(it.prefill).empty(), "a second notification");
              it.release(made);
              it.leave();
          });
    s.run("{'fault': 'overwrite', 'rank': 'prefill-0-rank-0', 'region': 0, 'offset': 600, 'from': 1000, 'bytes': 50}",
          "prefill-0-rank-0 overwrite notification=0 from=decode-0-rank-0 region=0 bytes=50\n", [](world &it) {
              bytes expected = it.prefill.memory;
              std::copy_n(expected.begin() + 1000, 50, expected.begin() + 600);
              CHECK(it.move(it.make()) == 0 && it.move(it.make()) == 0, "the requests did not end");
              it.arrived(it.decode);
              CHECK(it.arrived(it.prefill) == "decode-0-rank-0:request 0 decode-0-rank-0:request 1 ", "notifications");
              same(it.prefill.memory, expected, "overwrite");
          });
}

// Two requests; what prefill hears of them.
void heard(suite &s, const std::string &fault_entry, const std::string &trace, const std::string &expected) {
    s.run(fault_entry, trace, [&expected](world &it) {
        for (int i = 0; i < 2; i++) CHECK(it.move(it.make()) == 0, "request %d did not end", i);
        const std::string found = it.arrived(it.prefill);
        CHECK(found == expected, "heard '%s', not '%s'", found.c_str(), expected.c_str());
        CHECK(it.arrived(it.prefill).empty(), "heard twice");
    });
}

void notifications(suite &s) {
    const std::string one = "decode-0-rank-0:request 0 ";
    const std::string two = "decode-0-rank-0:request 1 ";
    const std::string at = "prefill-0-rank-0 ";
    const std::string first = " notification=0 from=decode-0-rank-0\n";
    heard(s, "{'fault': 'lose'}", at + "lose" + first, two);
    heard(s, "{'fault': 'lose', 'request': 1}", at + "lose notification=1 from=decode-0-rank-0\n", one);
    heard(s, "{'fault': 'double'}", at + "double" + first, one + one + two);
    heard(s, "{'fault': 'alter', 'byte': 2}", at + "alter" + first, "decode-0-rank-0:repuest 0 " + two);
    heard(s, "{'fault': 'empty'}", at + "empty" + first, "decode-0-rank-0: " + two);
    heard(s, "{'fault': 'rename', 'sender': 'x'}", at + "rename" + first, "x:request 0 " + two);
    s.run("{'fault': 'detain', 'milliseconds': 100}", at + "detain" + first, [one, two](world &it) {
        for (int i = 0; i < 2; i++) CHECK(it.move(it.make()) == 0, "request %d did not end", i);
        CHECK(it.arrived(it.prefill) == two, "it was not kept back");
        usleep(150000);
        CHECK(it.arrived(it.prefill) == one && it.arrived(it.prefill).empty(), "it did not come once, later");
    });
    heard(s, "{'fault': 'unnotified'}", decode_says + "unnotified request=0\n", two);
    s.run("{'fault': 'misdeliver', 'agent': 'other'}", decode_says + "misdeliver request=0 receiver=other\n",
          [one, two](world &it) {
              engine other;
              it.open(other, "other");
              for (int i = 0; i < 2; i++) CHECK(it.move(it.make()) == 0, "request %d did not end", i);
              CHECK(it.arrived(it.prefill) == two && it.arrived(other) == one, "delivered otherwise");
          });
    // Nobody of that name: not applied, and lost.
    s.run("{'fault': 'misdeliver', 'agent': 'nobody'}", "", [](world &it) { CHECK(it.move(it.make()) == 0, "the end"); });
}

void completion(suite &s) {
    s.run("{'fault': 'never-done', 'request': 1}", decode_says + "never-done request=1\n", [](world &it) {
        void *one = it.make();
        void *two = it.make();
        CHECK(it.move(one) == 0, "the first did not end");
        it.poison();
        CHECK(it.move(two) == fault::in_progress, "the second ended");
        CHECK(it.fake->posted == 1, "posted");
        same(it.decode.memory, bytes(memory_bytes, 0xee), "never done");
        it.release(one);
        it.release(two);
        it.leave();
    });
    // The third poll of the second request fails, although its post alone would have been the end of it.
    s.run("{'fault': 'fail', 'call': 'get_xfer_status', 'status': -2, 'after': 2, 'request': 1}",
          decode_says + "fail call=get_xfer_status request=1\n", [](world &it) {
              void *one = it.make();
              void *two = it.make();
              CHECK(it.post(one) == 0, "the first");
              CHECK(it.post(two) == 1 && it.status(two) == 1 && it.status(two) == 1 && it.status(two) == -2, "the second");
              CHECK(it.status(two) == 0, "afterwards");
          });
    s.run("{'fault': 'fail', 'call': 'make_xfer_req', 'status': -6, 'request': 0}",
          decode_says + "fail call=make_xfer_req request=0\n", [](world &it) {
              void *request = nullptr;
              const int index = 0;
              CHECK(NIXL(make_xfer_req)(it.decode.agent, 0, it.decode.local, &index, 1, it.decode.remote, &index, 1,
                                        &request, it.decode.options) == -6,
                    "made");
              CHECK(it.move(it.make()) == 0, "the next");
          });
    s.run("{'fault': 'slow', 'milliseconds': 30, 'growth': 2, 'times': 0}",
          decode_says + "slow request=0\n" + decode_says + "slow request=1\n" + decode_says + "slow request=2\n",
          [](world &it) {
              for (int request = 0; request < 3; request++) {
                  const uint64_t begun = now_ms();
                  void *made = it.make();
                  int status = it.post(made);
                  for (; status == 1; status = it.status(made)) usleep(500);
                  const int least = 30 << request;
                  const int took = static_cast<int>(now_ms() - begun);
                  CHECK(status == 0 && took >= least - 1, "request %d ended with %d after %d ms", request, status, took);
                  it.release(made);
              }
          });
    s.run("{'fault': 'slow', 'factor': 3}", decode_says + "slow request=0\n", [](world &it) {
        it.fake->polls_to_done = 1;
        void *made = it.make();
        const uint64_t begun = now_ms();
        CHECK(it.post(made) == 1, "the post");
        usleep(40000);
        int status = it.status(made);
        CHECK(status == 1, "done although slowed");
        for (; status == 1; status = it.status(made)) usleep(500);
        CHECK(now_ms() - begun >= 119, "done after %d ms", int(now_ms() - begun));
    });
    s.run("{'fault': 'telemetry', 'bytes': 11, 'descriptors': 12}",
          decode_says + "telemetry request=0 bytes=11 descriptors=12\n", [](world &it) {
              void *made = it.make();
              fault::telemetry figures{};
              it.fake->telemetry_status = -5;
              CHECK(it.move(made) == 0 && NIXL(get_xfer_telemetry)(it.decode.agent, made, &figures) == 0, "the call");
              CHECK(figures.bytes == 11 && figures.descriptors == 12 && figures.post_micros == 0, "the figures");
              CHECK(NIXL(get_xfer_telemetry)(it.decode.agent, made, &figures) == -5, "the next call");
          });
    // Whatever is moved instead, what is counted is what was asked for.
    s.run("{'fault': 'skip', 'descriptor': 1}", decode_says + "skip request=0 descriptor=1\n", [](world &it) {
        for (int request = 0; request < 2; request++) {
            void *made = it.make();
            fault::telemetry figures{};
            CHECK(it.move(made) == 0 && NIXL(get_xfer_telemetry)(it.decode.agent, made, &figures) == 0, "the call");
            CHECK(figures.bytes == (request == 0 ? some.size() * length : 4) &&
                      figures.descriptors == (request == 0 ? some.size() : 5) && figures.post_micros == 2,
                  "the figures of request %d", request);
        }
    });
    for (const char *call : {"post_xfer_req", "get_xfer_status"}) {
        const ending end = s.never_ends(std::string("{'fault': 'hang', 'call': '") + call + "'}",
                                        [](world &it) { it.move(it.make()); });
        CHECK(end.trace == decode_says + "hang call=" + call + " request=0\n", "%s", end.trace.c_str());
    }
    const ending end = s.never_ends("{'fault': 'hang', 'call': 'create_configured_agent', 'rank': 'decode-0-rank-0'}",
                                    [](world &) {});
    CHECK(end.trace == decode_says + "hang call=create_configured_agent request=-1\n", "%s", end.trace.c_str());
}

void crashes(suite &s) {
    const auto crash = [&s](const char *call, const char *how) {
        return s.ends(std::string("{'fault': 'crash', 'call': '") + call + "', 'how': '" + how +
                          "', 'rank': 'decode-0-rank-0'}",
                      [](world &it) { it.move(it.make()); });
    };
    ending end = crash("post_xfer_req", "exit");
    CHECK(end.code == 3 && end.errors.empty(), "ended with %d, signal %d", end.code, end.signal);
    CHECK(end.trace == decode_says + "crash call=post_xfer_req request=0\n", "%s", end.trace.c_str());
    end = crash("register_mem", "abort");
    CHECK(end.signal == SIGABRT && end.errors == "nixl: planted abort\n", "signal %d: %s", end.signal,
          end.errors.c_str());
    end = crash("get_notifs", "kill"); // not called
    CHECK(end.code == 0 && end.trace.empty(), "ended with %d, signal %d", end.code, end.signal);
    end = crash("make_xfer_req", "kill");
    CHECK(end.signal == SIGKILL, "signal %d", end.signal);
#ifndef NXC_SANITIZE
    end = crash("post_xfer_req", "segv");
    CHECK(end.signal == SIGSEGV, "signal %d", end.signal);
    end = crash("post_xfer_req", "memory");
    CHECK(end.signal == SIGABRT && end.errors.find("std::bad_alloc") != std::string::npos, "signal %d: %s",
          end.signal, end.errors.c_str());
#endif
}

// What the real library got for two loads of "0123456789" and "abcdefghij".
void loaded(suite &s, const std::string &entry, const std::string &trace, const std::string &first,
            const std::string &second) {
    s.run(entry, trace, [&](world &it) {
        const std::string blobs[] = {"0123456789", "abcdefghij"};
        const std::string expected[] = {first, second};
        for (int i = 0; i < 2; i++) {
            char *name = nullptr;
            it.good(NIXL(load_remote_md)(it.decode.agent, blobs[i].data(), blobs[i].size(), &name));
            free(name);
            const std::string got(static_cast<const char *>(it.fake->blob), it.fake->blob_length);
            CHECK(got == expected[i], "load %d: '%s', not '%s'", i, got.c_str(), expected[i].c_str());
        }
    });
}

// What the decode agent gives of "0123456789", twice.
void given(suite &s, const std::string &entry, const std::string &trace, const std::string &first) {
    s.run("{'fault': 'metadata', 'call': 'get_local_md', " + entry + "}", trace, [&](world &it) {
        const std::string expected[] = {first, "0123456789"};
        for (const std::string &each : expected) {
            void *blob = nullptr;
            size_t length = 77;
            it.good(NIXL(get_local_md)(it.decode.agent, &blob, &length));
            const std::string got(static_cast<const char *>(blob), length);
            CHECK(got == each, "'%s', not '%s'", got.c_str(), each.c_str());
            free(blob);
        }
        char *name = nullptr;
        it.good(NIXL(load_remote_md)(it.decode.agent, "abcdefghij", 10, &name));
        free(name);
        CHECK(it.fake->blob_length == 10, "what is loaded was spoilt too");
    });
}

void metadata(suite &s) {
    const std::string gives = decode_says + "metadata how=";
    given(s, "'how': 'cut', 'bytes': 4", gives + "cut given bytes=4\n", "0123");
    given(s, "'how': 'empty'", gives + "empty given bytes=0\n", "");
    given(s, "'how': 'flip', 'byte': 2, 'bit': 1", gives + "flip given bytes=10\n", "0103456789");
    given(s, "'how': 'hex', 'hex': '6f7468cf'", gives + "hex given bytes=4\n", "oth\xcf");
    given(s, "'how': 'half', 'rank': 'prefill-0-rank-0'", "", "0123456789");
    const std::string one = "0123456789";
    const std::string two = "abcdefghij";
    const std::string at = decode_says + "metadata how=";
    loaded(s, "{'fault': 'metadata', 'how': 'cut', 'bytes': 4}", at + "cut load=0 bytes=4\n", "0123", two);
    loaded(s, "{'fault': 'metadata', 'how': 'half'}", at + "half load=0 bytes=5\n", "01234", two);
    loaded(s, "{'fault': 'metadata', 'how': 'tail'}", at + "tail load=0 bytes=9\n", "012345678", two);
    loaded(s, "{'fault': 'metadata', 'how': 'tail', 'bytes': 30}", at + "tail load=0 bytes=0\n", "", two);
    loaded(s, "{'fault': 'metadata', 'how': 'flip', 'byte': 2, 'bit': 1, 'load': 1}", at + "flip load=1 bytes=10\n",
           one, "abadefghij");
    loaded(s, "{'fault': 'metadata', 'how': 'empty'}", at + "empty load=0 bytes=0\n", "", two);
    loaded(s, "{'fault': 'metadata', 'how': 'replay'}", at + "replay load=1 bytes=10\n", one, one);
    // What is replayed is what the agent was given, not what a fault made of it.
    loaded(s, "{'fault': 'metadata', 'how': 'cut', 'bytes': 4}, {'fault': 'metadata', 'how': 'replay', 'load': 1}",
           at + "cut load=0 bytes=4\n" + at + "replay load=1 bytes=10\n", "0123", one);
    const std::string file = s.all().folder() + "/blob";
    std::ofstream(file) << "other";
    loaded(s, "{'fault': 'metadata', 'how': 'file', 'file': '" + file + "'}", at + "file load=0 bytes=5\n", "other", two);
    unlink(file.c_str());
    loaded(s, "{'fault': 'metadata', 'how': 'hex', 'hex': '6f7468cf'}", at + "hex load=0 bytes=4\n", "oth\xcf", two);
    loaded(s, "{'fault': 'metadata', 'how': 'cut', 'bytes': 4, 'rank': 'prefill-0-rank-0'}", "", one, two);
}

void logs(suite &s) {
    const auto said = [&s](const std::string &entry) {
        return s.ends("{'fault': 'log', 'call': 'post_xfer_req', " + entry + "}", [](world &it) {
            for (int i = 0; i < 2; i++) CHECK(it.move(it.make()) == 0, "request %d did not end", i);
        });
    };
    ending end = said("'text': 'CQ read failed on rail 28'");
    CHECK(end.code == 0 && end.errors == "CQ read failed on rail 28\n", "%s", end.errors.c_str());
    CHECK(end.trace == decode_says + "log call=post_xfer_req request=0\n", "%s", end.trace.c_str());
    end = said("'text': '\\u00e4\\u20ac\\ud83d\\ude00\\t'");
    CHECK(end.errors == "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\t\n", "%s", end.errors.c_str());
    end = said("'text': 'again', 'times': 2");
    CHECK(end.errors == "again\nagain\n", "%s", end.errors.c_str());
    end = said("'text': 'flood', 'repeatBytes': 200000");
    CHECK(end.errors.size() >= 200000 && end.errors.size() < 270000, "%zu bytes", end.errors.size());
    for (size_t i = 0; i < end.errors.size(); i++) CHECK(end.errors[i] == "flood\n"[i % 6], "byte %zu", i);
    end = said("'noiseBytes': 100000");
    const ending again = said("'noiseBytes': 100000");
    CHECK(end.errors.size() == 100000 && end.errors == again.errors, "%zu bytes", end.errors.size());
    CHECK(std::count(end.errors.begin(), end.errors.end(), 'x') < 1000, "this is no noise");
}

std::string rated(suite &s, unsigned seed) {
    const ending end = s.all().run(s.plan("{'fault': 'flip', 'descriptor': 0, 'byte': 0, 'bit': 0, 'rate': 0.3, 'times': 0}",
                                          seed),
                                   [](void *library) {
                                       world it(library);
                                       for (int i = 0; i < 200; i++) {
                                           void *made = it.make();
                                           CHECK(it.move(made) == 0, "request %d did not end", i);
                                           it.release(made);
                                       }
                                   });
    CHECK(end.code == 0, "%s", end.errors.c_str());
    return end.trace;
}

void rates(suite &s) {
    const std::string one = rated(s, 1);
    CHECK(one == rated(s, 1) && one != rated(s, 2), "the seed does not decide");
    const auto lines = std::count(one.begin(), one.end(), '\n');
    CHECK(lines > 30 && lines < 90, "%d of 200 at a rate of 0.3", int(lines));
    s.run("{'fault': 'zero', 'descriptor': 0, 'times': 0}",
          decode_says + "zero request=0 descriptor=0\n" + decode_says + "zero request=1 descriptor=0\n", [](world &it) {
              for (int i = 0; i < 2; i++) CHECK(it.move(it.make()) == 0, "request %d did not end", i);
          });
}

void missing_functions(suite &s) {
    s.run("", "", [](world &it) {
        auto missing = reinterpret_cast<int (*)(void *)>(it.symbol("nixl_capi_destroy_remote_dlist"));
        CHECK(missing(nullptr) == fault::not_there, "a function that the real library lacks");
    });
}

} // namespace

/* What is in a GPU's memory is damaged through its driver. */
void memory_faults_on_a_device(suite &s, const char *driver) {
    kind_of_memory = 1;
    setenv("NIXLCONFORM_CUDA_DRIVER", driver, 1);
    // As an engine's main thread does before it loads NIXL.
    void *const library = dlopen(driver, RTLD_NOW);
    void *context = nullptr;
    CHECK(reinterpret_cast<int (*)(void **, int)>(dlsym(library, "cuDevicePrimaryCtxRetain"))(&context, 0) == 0, "a context");
    CHECK(reinterpret_cast<int (*)(void *)>(dlsym(library, "cuCtxSetCurrent"))(context) == 0, "its use");
    memory_faults(s);
    old_and_exchanged_between_requests(s);
    setenv("NIXLCONFORM_CUDA_DRIVER", "/nowhere/libcuda.so.1", 1);
    s.reads("{'fault': 'zero', 'descriptor': 2}", "", [](world &, bytes &) {});
    kind_of_memory = 0;
}

int main(int argc, char **argv) {
    CHECK(argc == 4, "usage: fault_test FAULT_LIBRARY FAKE_LIBRARY CUDA_DRIVER");
    fake_library = argv[2];
    const cases all(argv[1], argv[2]);
    suite s(all);
    nothing_planted(s);
    memory_faults(s);
    old_and_exchanged_between_requests(s);
    memory_faults_on_a_device(s, argv[3]);
    changed_lists(s);
    late_parts(s);
    order(s);
    notifications(s);
    completion(s);
    crashes(s);
    metadata(s);
    logs(s);
    rates(s);
    missing_functions(s);
    return 0;
}
