#include "plan.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "functions.h"
#include "json.h"

namespace fault {

namespace {

constexpr int64_t limit = int64_t{1} << 62;

/* How one key of a fault is read: exactly one of the members is set. */
struct key {
    const char *name;
    int64_t planned::*integer;
    int64_t least;
    int64_t most;
    double planned::*real;
    bool planned::*flag;
    std::string planned::*text;
};

constexpr key whole(const char *name, int64_t planned::*member, int64_t least = 0, int64_t most = limit) {
    return {name, member, least, most, nullptr, nullptr, nullptr};
}
constexpr key real(const char *name, double planned::*member) { return {name, nullptr, 0, 0, member, nullptr, nullptr}; }
constexpr key text(const char *name, std::string planned::*member) {
    return {name, nullptr, 0, 0, nullptr, nullptr, member};
}

const key keys[] = {
    text("rank", &planned::rank),
    whole("request", &planned::request),
    whole("times", &planned::times),
    real("rate", &planned::rate),
    whole("descriptor", &planned::descriptor),
    whole("with", &planned::with),
    whole("withRequest", &planned::with_request),
    whole("byte", &planned::byte),
    whole("bit", &planned::bit, 0, 7),
    whole("words", &planned::words, 1),
    whole("offset", &planned::offset, -limit),
    whole("bytes", &planned::bytes, -limit),
    whole("from", &planned::from, -limit),
    whole("region", &planned::region),
    whole("after", &planned::after),
    whole("milliseconds", &planned::milliseconds, 0, int64_t{86400} * 1000),
    whole("status", &planned::status, INT32_MIN, INT32_MAX),
    whole("repeatBytes", &planned::repeat_bytes),
    whole("noiseBytes", &planned::noise_bytes),
    whole("load", &planned::load),
    whole("descriptors", &planned::descriptors),
    whole("files", &planned::files),
    real("factor", &planned::factor),
    real("growth", &planned::growth),
    {"hold", nullptr, 0, 0, nullptr, &planned::hold, nullptr},
    text("sender", &planned::sender),
    text("agent", &planned::agent),
    text("call", &planned::call),
    text("text", &planned::text),
    text("file", &planned::file),
    text("hex", &planned::hex),
    text("how", &planned::how),
};

/* Names of keys, parted by blanks. Each fault takes rank, times and rate too. */
struct shape {
    const char *name;
    kind is;
    const char *needed;
    const char *allowed;
};

const shape shapes[] = {
    {"zero", kind::zero, "descriptor", "request"},
    {"flip", kind::flip, "descriptor byte bit", "request"},
    {"every", kind::every, "", "request words"},
    {"old", kind::old, "descriptor", "request byte"},
    {"exchange", kind::exchange, "descriptor with", "request withRequest"},
    {"write", kind::write, "descriptor offset bytes", "request"},
    {"skip", kind::skip, "descriptor", "request"},
    {"redirect", kind::redirect, "descriptor with", "request"},
    {"swap", kind::swap, "descriptor with", "request"},
    {"shift", kind::shift, "descriptor bytes", "request"},
    {"cut", kind::cut, "descriptor bytes", "request"},
    {"lengthen", kind::lengthen, "descriptor bytes", "request"},
    {"again", kind::again, "descriptor with", "request"},
    {"stop", kind::stop, "after", "request"},
    {"late", kind::late, "descriptor milliseconds", "request hold"},
    {"early-done", kind::early_done, "milliseconds", "request"},
    {"early-notification", kind::early_notification, "milliseconds", "request"},
    {"overwrite", kind::overwrite, "region offset bytes from", "request"},
    {"lose", kind::lose, "", "request"},
    {"double", kind::double_, "", "request"},
    {"alter", kind::alter, "byte", "request"},
    {"empty", kind::empty, "", "request"},
    {"rename", kind::rename, "sender", "request"},
    {"detain", kind::detain, "milliseconds", "request"},
    {"unnotified", kind::unnotified, "", "request"},
    {"misdeliver", kind::misdeliver, "agent", "request"},
    {"never-done", kind::never_done, "", "request"},
    {"slow", kind::slow, "", "request factor milliseconds growth"},
    {"hang", kind::hang, "call", "request after"},
    {"fail", kind::fail, "call status", "request after"},
    {"crash", kind::crash, "call how", "request after"},
    {"log", kind::log, "call", "request after text repeatBytes noiseBytes"},
    {"leak", kind::leak, "call", "request after bytes files"},
    {"metadata", kind::metadata, "how", "call load bytes byte bit file hex"},
    {"telemetry", kind::telemetry, "bytes descriptors", "request"},
};

bool listed(const char *names, const std::string &name) {
    return (' ' + std::string(names) + ' ').find(' ' + name + ' ') != std::string::npos;
}

std::string in_words(std::string names) {
    for (size_t blank; (blank = names.find(' ')) != std::string::npos;) {
        names.replace(blank, 1, ",\t");
    }
    for (char &each : names) {
        each = each == '\t' ? ' ' : each;
    }
    return names;
}

template <typename Entry, size_t count> const Entry *named(const Entry (&entries)[count], const std::string &name) {
    for (const Entry &each : entries) {
        if (name == each.name) {
            return &each;
        }
    }
    return nullptr;
}

template <typename Entry, size_t count> std::string all_names(const Entry (&entries)[count]) {
    std::string names;
    for (const Entry &each : entries) {
        names += (names.empty() ? "" : " ") + std::string(each.name);
    }
    return in_words(names);
}

/* Two digits a byte, at least one byte. */
bool from_hex(const std::string &digits, std::string *bytes) {
    const std::string known = "0123456789abcdef";
    bytes->clear();
    for (size_t i = 0; i + 1 < digits.size(); i += 2) {
        const size_t high = known.find(digits[i]);
        const size_t low = known.find(digits[i + 1]);
        if (high == std::string::npos || low == std::string::npos) {
            return false;
        }
        bytes->push_back(static_cast<char>(high * 16 + low));
    }
    return !digits.empty() && digits.size() % 2 == 0;
}

/* One entry of `faults`. Messages begin with its place and name. */
class entry_reader {
  public:
    entry_reader(size_t place, planned *out, std::string *mistake)
        : where_("fault " + std::to_string(place)), out_(out), mistake_(mistake) {}

    bool read(const json &entry) {
        const json *name = entry.member("fault");
        if (entry.is != json::kind::object || name == nullptr || name->is != json::kind::text) {
            return wrong("an object with the text \"fault\" was expected, found " + described(entry));
        }
        shape_ = named(shapes, name->text);
        if (shape_ == nullptr) {
            return wrong("there is no fault \"" + name->text + "\", only " + all_names(shapes));
        }
        where_ += " (" + name->text + ")";
        out_->name = name->text;
        out_->is = shape_->is;
        for (const auto &member : entry.members) {
            if (member.first != "fault" && !member_of(member.first, member.second)) {
                return false;
            }
        }
        for (const key &each : keys) {
            if (listed(shape_->needed, each.name) && entry.member(each.name) == nullptr) {
                return wrong("it needs \"" + std::string(each.name) + "\"");
            }
        }
        return consistent(entry);
    }

  private:
    bool member_of(const std::string &name, const json &value) {
        const std::string allowed =
            std::string(shape_->needed) + " " + shape_->allowed + " rank times rate";
        const key *key = named(keys, name);
        if (key == nullptr || !listed(allowed.c_str(), name)) {
            const size_t begin = allowed.find_first_not_of(' ');
            std::string names = allowed.substr(begin);
            for (size_t twice; (twice = names.find("  ")) != std::string::npos;) {
                names.erase(twice, 1);
            }
            return wrong("it takes no \"" + name + "\", only " + in_words(names));
        }
        if (key->text != nullptr) {
            out_->*key->text = value.text;
            return value.is == json::kind::text || wrong_type(name, "a text", value);
        }
        if (key->flag != nullptr) {
            out_->*key->flag = value.boolean;
            return value.is == json::kind::boolean || wrong_type(name, "true or false", value);
        }
        if (key->real != nullptr) {
            out_->*key->real = value.number;
            return (value.is == json::kind::number && value.number >= 0) || wrong_type(name, "a number from 0", value);
        }
        out_->*key->integer = value.integer;
        return (value.is == json::kind::number && value.whole && value.integer >= key->least &&
                value.integer <= key->most) ||
               wrong_type(name,
                          key->most == limit && key->least == -limit ? "a whole number"
                          : key->most == limit ? "a whole number from " + std::to_string(key->least)
                                               : "a whole number from " + std::to_string(key->least) + " to " +
                                                     std::to_string(key->most),
                          value);
    }

    bool consistent(const json &entry) {
        if (out_->rate > 1) {
            return wrong("\"rate\" must be from 0 to 1, it is " + std::to_string(out_->rate));
        }
        if (out_->bytes < 0 && out_->is != kind::shift) {
            return wrong("\"bytes\" must not be negative, it is " + std::to_string(out_->bytes));
        }
        if (out_->with_request >= 0 && out_->request < 0) {
            return wrong("\"withRequest\" needs \"request\"");
        }
        if (on_calls(out_->is) && !call_known()) {
            return false;
        }
        if (out_->is == kind::log && out_->noise_bytes == 0 && out_->text.empty()) {
            return wrong("it needs \"text\" or \"noiseBytes\"");
        }
        if (out_->is == kind::crash) {
            return choose("segv abort exit memory kill", [this](int i) { out_->crash = static_cast<crash_how>(i); });
        }
        return out_->is != kind::metadata || metadata_known(entry);
    }

    bool call_known() {
        out_->function = function_named(out_->call.c_str());
        if (out_->function == function_count) {
            return wrong("there is no function nixl_capi_" + out_->call + " to plant it at");
        }
        return out_->request < 0 || takes_request(out_->function) ||
               wrong("a call of " + out_->call + " belongs to no request, so that \"request\" says nothing");
    }

    bool metadata_known(const json &entry) {
        if (!choose("cut half tail flip empty replay file hex", [this](int i) { out_->metadata = static_cast<metadata_how>(i); })) {
            return false;
        }
        if (!out_->call.empty() && out_->call != "load_remote_md" && out_->call != "get_local_md") {
            return wrong("\"call\" must be load_remote_md or get_local_md, it is \"" + out_->call + "\"");
        }
        out_->given = out_->call == "get_local_md";
        if (out_->given && (out_->metadata == metadata_how::replay || out_->load >= 0)) {
            return wrong("get_local_md loads nothing, so that there is no load to count or to replay");
        }
        const char *needs = out_->metadata == metadata_how::cut    ? "bytes"
                            : out_->metadata == metadata_how::flip ? "byte bit"
                            : out_->metadata == metadata_how::file ? "file"
                            : out_->metadata == metadata_how::hex  ? "hex"
                                                                   : "";
        for (const char *each : {"bytes", "byte", "bit", "file", "hex"}) {
            const bool there = entry.member(each) != nullptr;
            const bool optional = out_->metadata == metadata_how::tail && strcmp(each, "bytes") == 0;
            if (there != listed(needs, each) && !optional) {
                return wrong("\"" + out_->how + "\" " + (there ? "takes no \"" : "needs \"") + each + "\"");
            }
        }
        if (out_->metadata == metadata_how::hex && !from_hex(out_->hex, &out_->content)) {
            return wrong("\"hex\" must be bytes of two hexadecimal digits each");
        }
        return out_->metadata != metadata_how::file || read_file(out_->file, &out_->content) ||
               wrong("its file " + out_->file + " cannot be read: " + strerror(errno));
    }

    template <typename Take> bool choose(const char *choices, Take take) {
        const std::string all = std::string(choices) + " ";
        int place = 0;
        for (size_t begin = 0; begin < all.size(); place++) {
            const size_t end = all.find(' ', begin);
            if (all.substr(begin, end - begin) == out_->how) {
                take(place);
                return true;
            }
            begin = end + 1;
        }
        return wrong("\"how\" must be one of " + in_words(choices) + ", it is \"" + out_->how + "\"");
    }

    bool wrong_type(const std::string &name, const std::string &expected, const json &found) {
        return wrong("\"" + name + "\" must be " + expected + ", it is " + described(found));
    }

    bool wrong(const std::string &what) {
        *mistake_ = where_ + ": " + what;
        return false;
    }

    std::string where_;
    planned *out_;
    std::string *mistake_;
    const shape *shape_ = nullptr;
};

bool text_member(const json &document, const char *name, bool needed, std::string *out, std::string *mistake) {
    const json *value = document.member(name);
    if (value != nullptr && value->is == json::kind::text) {
        *out = value->text;
        return true;
    }
    if (value == nullptr && !needed) {
        return true;
    }
    *mistake = "\"" + std::string(name) + "\" must be a text, " +
               (value == nullptr ? "it is missing" : "it is " + described(*value));
    return false;
}

} // namespace

bool on_calls(kind is) {
    return is == kind::hang || is == kind::fail || is == kind::crash || is == kind::log || is == kind::leak;
}

bool takes_request(unsigned function) {
    switch (function) {
    case call_make_xfer_req:
    case call_post_xfer_req:
    case call_get_xfer_status:
    case call_get_xfer_telemetry:
    case call_release_xfer_req:
    case call_query_xfer_backend:
    case call_estimate_xfer_cost: return true;
    default: return false;
    }
}

bool read_plan(const std::string &text, plan *out, std::string *mistake) {
    json document;
    if (!parse(text, &document, mistake)) {
        return false;
    }
    for (const auto &member : document.members) {
        if (!listed("library trace seed faults", member.first)) {
            *mistake = "it has \"" + member.first + "\", but takes only library, trace, seed, faults";
            return false;
        }
    }
    if (!text_member(document, "library", true, &out->library, mistake) ||
        !text_member(document, "trace", false, &out->trace, mistake)) {
        return false;
    }
    const json *seed = document.member("seed");
    if (seed != nullptr && !(seed->is == json::kind::number && seed->whole)) {
        *mistake = "\"seed\" must be a whole number, it is " + described(*seed);
        return false;
    }
    out->seed = seed == nullptr ? 0 : static_cast<uint64_t>(seed->integer);
    const json *faults = document.member("faults");
    if (faults == nullptr || faults->is != json::kind::array) {
        *mistake = std::string("\"faults\" must be an array, ") +
                   (faults == nullptr ? "it is missing" : "it is " + described(*faults));
        return false;
    }
    for (size_t i = 0; i < faults->elements.size(); i++) {
        planned fault;
        if (!entry_reader(i, &fault, mistake).read(faults->elements[i])) {
            return false;
        }
        out->faults.push_back(std::move(fault));
    }
    return true;
}

bool read_file(const std::string &path, std::string *content) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    char buffer[4096];
    ssize_t count;
    while ((count = read(file, buffer, sizeof buffer)) > 0) {
        content->append(buffer, static_cast<size_t>(count));
    }
    const int error = errno;
    close(file);
    errno = error;
    return count == 0;
}

} // namespace fault
