#include <string.h>

#include <algorithm>

#include "fault.h"
#include "functions.h"

namespace fault {
namespace {

/* Settings of each fault beside those that all have. A name that ends in ! must be there. */
struct kind {
    const char *name;
    std::vector<std::string> settings;
};

const std::vector<kind> &kinds() {
    static const std::vector<kind> all = {
        {"zero", {"descriptor!"}},
        {"flip", {"descriptor!", "byte!", "bit!"}},
        {"every", {"words!"}},
        {"old", {"descriptor!", "byte"}},
        {"exchange", {"descriptor!", "with!", "withRequest"}},
        {"write", {"descriptor!", "offset!", "bytes!"}},
        {"skip", {"descriptor!"}},
        {"redirect", {"descriptor!", "with!"}},
        {"swap", {"descriptor!", "with!"}},
        {"shift", {"descriptor!", "bytes!"}},
        {"cut", {"descriptor!", "bytes!"}},
        {"lengthen", {"descriptor!", "bytes!"}},
        {"again", {"descriptor!", "with!"}},
        {"stop", {"after!"}},
        {"late", {"descriptor!", "milliseconds!", "hold"}},
        {"early-done", {"milliseconds!"}},
        {"early-notification", {"milliseconds!"}},
        {"overwrite", {"region!", "offset!", "bytes!", "from!"}},
        {"lose", {}},
        {"double", {}},
        {"alter", {"byte!"}},
        {"empty", {}},
        {"rename", {"sender!"}},
        {"unnotified", {}},
        {"misdeliver", {"agent!"}},
        {"never-done", {}},
        {"hang", {"call!", "after"}},
        {"fail", {"call!", "status!", "after"}},
        {"crash", {"call!", "how!", "after"}},
        {"slow", {"factor", "milliseconds", "growth"}},
        {"metadata", {"how!", "bytes", "byte", "bit", "file", "load"}},
        {"log", {"call!", "text", "repeatBytes", "noiseBytes"}},
        {"telemetry", {"bytes!", "descriptors!"}},
    };
    return all;
}

const std::vector<std::string> common = {"fault", "rank", "request", "times", "rate"};

bool knows(const std::vector<std::string> &names, const std::string &name) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string &each) { return each == name || each == name + "!"; });
}

bool read_fault(const json &value, planted *out, std::string *mistake) {
    const json *name = value.is == json::kind::object ? value.member("fault") : nullptr;
    if (name == nullptr || name->is != json::kind::text) {
        *mistake = "each fault is an object with a text \"fault\", found " + described(value);
        return false;
    }
    const auto found = std::find_if(kinds().begin(), kinds().end(),
                                    [&](const kind &each) { return name->text == each.name; });
    if (found == kinds().end()) {
        *mistake = "there is no fault \"" + name->text + "\"";
        return false;
    }
    for (const auto &member : value.members) {
        if (!knows(common, member.first) && !knows(found->settings, member.first)) {
            *mistake = "fault \"" + name->text + "\" has no setting \"" + member.first + "\"";
            return false;
        }
    }
    for (const std::string &setting : found->settings) {
        if (setting.back() == '!' && value.member(setting.substr(0, setting.size() - 1).c_str()) == nullptr) {
            *mistake = "fault \"" + name->text + "\" needs the setting \"" + setting.substr(0, setting.size() - 1) + "\"";
            return false;
        }
    }
    out->name = name->text;
    out->settings = value;
    out->rank = out->text("rank");
    out->request = out->number("request", -1);
    out->times = out->number("times", 1);
    out->rate = out->fraction("rate", 1);
    if (knows(found->settings, "call") && function_named(out->text("call").c_str()) == function_count) {
        *mistake = "fault \"" + name->text + "\": NIXL has no call \"" + out->text("call") + "\"";
        return false;
    }
    return true;
}

} // namespace

int64_t planted::number(const char *key, int64_t otherwise) const {
    const json *value = settings.member(key);
    return value != nullptr && value->whole ? value->integer : otherwise;
}

double planted::fraction(const char *key, double otherwise) const {
    const json *value = settings.member(key);
    return value != nullptr && value->is == json::kind::number ? value->number : otherwise;
}

bool planted::flag(const char *key) const {
    const json *value = settings.member(key);
    return value != nullptr && value->boolean;
}

std::string planted::text(const char *key) const {
    const json *value = settings.member(key);
    return value != nullptr ? value->text : std::string();
}

bool read_plan(const std::string &text, plan *out, std::string *mistake) {
    json document;
    if (!parse(text, &document, mistake)) {
        return false;
    }
    const json *library = document.member("library");
    const json *faults = document.member("faults");
    if (library == nullptr || library->is != json::kind::text || faults == nullptr ||
        faults->is != json::kind::array) {
        *mistake = "an object with \"library\", a path, and \"faults\", an array, was expected, found " +
                   described(document);
        return false;
    }
    out->library = library->text;
    if (const json *trace = document.member("trace")) {
        out->trace = trace->text;
    }
    if (const json *seed = document.member("seed")) {
        out->seed = static_cast<uint64_t>(seed->integer);
    }
    for (const json &each : faults->elements) {
        planted one;
        if (!read_fault(each, &one, mistake)) {
            return false;
        }
        out->faults.push_back(one);
    }
    return true;
}

} // namespace fault
