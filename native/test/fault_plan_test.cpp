// Plans that are refused when the library is loaded: exit code 78 and one sentence.
#include "fault_case.h"

namespace {

void refused(const cases &all, const std::string &plan, const char *part) {
    const ending end = all.run(plan, [](void *) {});
    CHECK(end.code == 78, "%s: ended with %d, signal %d: %s", plan.c_str(), end.code, end.signal, end.errors.c_str());
    CHECK(end.errors.find(part) != std::string::npos, "%s: '%s' is not in: %s", plan.c_str(), part,
          end.errors.c_str());
    CHECK(end.errors.rfind("nixlconform fault library: ", 0) == 0, "%s", end.errors.c_str());
    CHECK(end.errors.find('\n') == end.errors.size() - 1, "more than one line: %s", end.errors.c_str());
}

void entry_refused(const cases &all, const char *entry, const char *part) { refused(all, all.plan(entry), part); }

void accepted(const cases &all, const char *entry) {
    const ending end = all.run(all.plan(entry), [](void *) {});
    CHECK(end.code == 0 && end.errors.empty(), "%s: %s", entry, end.errors.c_str());
}

} // namespace

int main(int argc, char **argv) {
    CHECK(argc == 3, "usage: fault_plan_test FAULT_LIBRARY REAL_LIBRARY");
    const cases all(argv[1], argv[2]);

    // JSON.
    refused(all, "", "a value was expected at line 1, column 1, found the end of the text");
    refused(all, "{\"library\": }", "a value was expected at line 1, column 13, found '}'");
    refused(all, "{\n \"library\": \"a\" \"seed\"", "',' or '}' was expected at line 2, column 17, found '\"'");
    refused(all, "{\"seed\": 1, \"seed\": 2}", "each name once was expected at line 1, column 13");
    refused(all, "{\"seed\": 01}", "',' or '}' was expected at line 1, column 11, found '1'");
    refused(all, "{\"seed\": 1.}", "a digit was expected");
    refused(all, "{\"seed\": tru}", "a value was expected at line 1, column 10");
    refused(all, "{\"library\": \"a\\x\"}", "an escape of JSON was expected");
    refused(all, "{\"library\": \"a\\ud800\"}", "the second half of a pair of surrogates was expected");
    refused(all, "{\"library\": \"a", "'\"' was expected at line 1, column 15, found the end of the text");
    refused(all, "{\"library\": \"a\nb\"}", "a text without control characters was expected at line 1, column 15, found a control");
    refused(all, "{} {}", "the end of the text was expected at line 1, column 4, found '{'");
    refused(all, std::string(40, '['), "at most 32 levels was expected");

    // The plan.
    refused(all, "[]", "\"library\" must be a text, it is missing");
    refused(all, "{\"library\": 3}", "\"library\" must be a text, it is the number 3");
    refused(all, "{\"library\": \"x\", \"fault\": []}", "it has \"fault\", but takes only library, trace, seed, faults");
    refused(all, "{\"library\": \"x\"}", "\"faults\" must be an array, it is missing");
    refused(all, "{\"library\": \"x\", \"seed\": 1.5, \"faults\": []}", "\"seed\" must be a whole number");
    refused(all, "{\"library\": \"/nowhere/lib.so\", \"faults\": []}", "cannot be opened: /nowhere/lib.so");
    refused(all, "{\"library\": \"" + std::string(argv[2]) + "\", \"trace\": \"/nowhere/t\", \"faults\": []}",
            "the trace file /nowhere/t cannot be written: No such file");

    // Its entries.
    entry_refused(all, "3", "fault 0: an object with the text \"fault\" was expected, found the number 3");
    entry_refused(all, "{\"fault\": \"flop\"}", "fault 0: there is no fault \"flop\", only zero, flip, every");
    entry_refused(all, "{\"fault\": \"never-done\"}, {\"fault\": \"zero\"}", "fault 1 (zero): it needs \"descriptor\"");
    entry_refused(all, "{\"fault\": \"zero\", \"descriptor\": 1, \"bit\": 3}",
                  "fault 0 (zero): it takes no \"bit\", only descriptor, request, rank, times, rate");
    entry_refused(all, "{\"fault\": \"flip\", \"descriptor\": 1, \"byte\": 0, \"bit\": 8}",
                  "\"bit\" must be a whole number from 0 to 7, it is the number 8");
    entry_refused(all, "{\"fault\": \"zero\", \"descriptor\": -1}", "\"descriptor\" must be a whole number from 0");
    entry_refused(all, "{\"fault\": \"zero\", \"descriptor\": 1.5}", "it is the number 1.5");
    entry_refused(all, "{\"fault\": \"zero\", \"descriptor\": \"1\"}", "it is the text \"1\"");
    entry_refused(all, "{\"fault\": \"zero\", \"descriptor\": 1, \"rate\": 1.5}", "\"rate\" must be from 0 to 1");
    entry_refused(all, "{\"fault\": \"late\", \"descriptor\": 1, \"milliseconds\": 1, \"hold\": 1}",
                  "\"hold\" must be true or false, it is the number 1");
    entry_refused(all, "{\"fault\": \"cut\", \"descriptor\": 1, \"bytes\": -1}", "\"bytes\" must not be negative");
    entry_refused(all, "{\"fault\": \"exchange\", \"descriptor\": 1, \"with\": 2, \"withRequest\": 1}",
                  "\"withRequest\" needs \"request\"");
    entry_refused(all, "{\"fault\": \"hang\", \"call\": \"nixl_capi_post_xfer_req\"}",
                  "there is no function nixl_capi_nixl_capi_post_xfer_req");
    entry_refused(all, "{\"fault\": \"hang\", \"call\": \"create_backend\", \"request\": 0}",
                  "a call of create_backend belongs to no request");
    entry_refused(all, "{\"fault\": \"crash\", \"call\": \"register_mem\", \"how\": \"burn\"}",
                  "\"how\" must be one of segv, abort, exit, memory, kill, it is \"burn\"");
    entry_refused(all, "{\"fault\": \"log\", \"call\": \"get_notifs\"}", "it needs \"text\" or \"noiseBytes\"");
    entry_refused(all, "{\"fault\": \"metadata\", \"how\": \"cut\"}", "\"cut\" needs \"bytes\"");
    entry_refused(all, "{\"fault\": \"metadata\", \"how\": \"empty\", \"bytes\": 3}", "\"empty\" takes no \"bytes\"");
    entry_refused(all, "{\"fault\": \"metadata\", \"how\": \"file\", \"file\": \"/nowhere/blob\"}",
                  "its file /nowhere/blob cannot be read: No such file");

    for (const char *hex : {"", "1", "0g", "AB", "012"}) {
        entry_refused(all, ("{\"fault\": \"metadata\", \"how\": \"hex\", \"hex\": \"" + std::string(hex) + "\"}").c_str(),
                      "\"hex\" must be bytes of two hexadecimal digits each");
    }
    entry_refused(all, "{\"fault\": \"metadata\", \"how\": \"half\", \"call\": \"create_agent\"}",
                  "\"call\" must be load_remote_md or get_local_md, it is \"create_agent\"");
    for (const char *counted : {"\"how\": \"replay\"", "\"how\": \"half\", \"load\": 0"}) {
        entry_refused(all,
                      ("{\"fault\": \"metadata\", \"call\": \"get_local_md\", " + std::string(counted) + "}").c_str(),
                      "there is no load to count or to replay");
    }
    entry_refused(all, "{\"fault\": \"metadata\", \"how\": \"half\", \"bytes\": 3}", "\"half\" takes no \"bytes\"");

    accepted(all, "");
    accepted(all, "{\"fault\": \"slow\", \"factor\": 2.5e0, \"milliseconds\": 0, \"growth\": 1}");
    accepted(all, "{\"fault\": \"shift\", \"descriptor\": 0, \"bytes\": -8, \"rank\": \"\\u00e4\\ud83d\\ude00\\n\"}");
    accepted(all, "{\"fault\": \"hang\", \"call\": \"query_xfer_backend\", \"request\": 3, \"times\": 0}");

    // Without a plan at all.
    const pid_t child = fork();
    if (child == 0) {
        unsetenv("NIXLCONFORM_FAULT_PLAN");
        close(STDERR_FILENO);
        dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 78, "ended with %d", status);
    return 0;
}
