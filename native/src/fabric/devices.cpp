#include "devices.h"

#include <stdlib.h>
#include <string.h>

#include "topology.h"

namespace fabric {

namespace {

char shown_provider[] = "efa";
char real_provider[] = "tcp";

/* What EFA asks of those who register memory. */
constexpr int efa_registration = mr_local | mr_virtual_address | mr_allocated | mr_provider_key;

bool is(const char *text, const char *expected) { return text != nullptr && strcmp(text, expected) == 0; }

/* Replaces a string that libfabric will free. */
void set(char **text, const char *value) {
    free(*text);
    *text = value == nullptr ? nullptr : strdup(value);
}

/* How many bytes of these attributes each version has. */
constexpr size_t endpoint_bytes[versions] = {
    offsetof(endpoint_attributes, since_1_10),
    offsetof(endpoint_attributes, since_1_10),
    offsetof(endpoint_attributes, since_1_10),
    sizeof(endpoint_attributes),
};
constexpr size_t domain_bytes[versions] = {
    offsetof(domain_attributes, since_1_8),
    offsetof(domain_attributes, since_1_9),
    offsetof(domain_attributes, since_1_10),
    sizeof(domain_attributes),
};

/* To the size that callers of the newest version read and write, with zeros; libfabric frees it with free(). */
template <class Attributes> bool enlarge(Attributes **attributes, size_t bytes_before) {
    if (*attributes == nullptr) {
        return true;
    }
    void *larger = realloc(*attributes, sizeof(Attributes));
    if (larger == nullptr) {
        return false;
    }
    memset(static_cast<char *>(larger) + bytes_before, 0, sizeof(Attributes) - bytes_before);
    *attributes = static_cast<Attributes *>(larger);
    return true;
}

/* What a version of the real library made, for a caller of a higher one. */
bool enlarge_all(version made_by, info *list) {
    for (info *each = list; each != nullptr; each = each->next) {
        if (!enlarge(&each->endpoint, endpoint_bytes[made_by]) || !enlarge(&each->domain, domain_bytes[made_by])) {
            return false;
        }
    }
    return true;
}

int ask(version version, const question &asked, const info *hints, info **found) {
    const versioned &functions = real().infos[version];
    const int answer = functions.getinfo(asked.api, asked.node, asked.service, asked.flags, hints, found);
    if (answer == 0 && functions.own < version && !enlarge_all(functions.own, *found)) {
        functions.freeinfo(*found);
        return no_memory;
    }
    return answer;
}

/* The hints for the device below; those of the caller say "efa", and which rail. */
info *hints_below(version version, const info *hints) {
    info *wish = duplicate(version, hints);
    if (wish == nullptr) {
        return nullptr;
    }
    set(&wish->fabric->provider, real_provider);
    set(&wish->fabric->name, nullptr);
    set(&wish->domain->name, real().settings.network_interface);
    wish->address_format = 0; /* any */
    wish->endpoint->protocol = 0;
    wish->domain->threading = thread_safe; /* other tcp domains tell each other by their tables, which we replace */
    wish->nic = nullptr;                   /* one of ours, which nobody frees */
    return wish;
}

/* One device of the answer below, as a rail. */
info *show(version version, const info *below, int rail, int wanted_registration) {
    const settings &settings = real().settings;
    info copy = *below;
    copy.next = nullptr;
    info *shown = duplicate(version, &copy);
    if (shown == nullptr) {
        return nullptr;
    }
    set(&shown->fabric->provider, shown_provider);
    set(&shown->domain->name, name_of(rail).text);
    shown->domain->mr_mode |= efa_registration & wanted_registration;
    if (settings.topology != topology::none) {
        shown->nic = const_cast<nic *>(hardware_of(rail));
    }
    return shown;
}

/* The tcp provider itself among what was found, which lists providers over it too. */
const info *plain(const info *found) {
    while (found != nullptr && !is(found->fabric->provider, real_provider)) {
        found = found->next;
    }
    return found;
}

int show_rails(version version, const info *below, const info *hints, info **found) {
    const bool hinted = hints != nullptr && hints->domain != nullptr;
    const char *name = hinted ? hints->domain->name : nullptr;
    const int rails = real().settings.rails;
    const int only = name == nullptr ? -1 : rail_of(name, rails);
    if (name != nullptr && only < 0) {
        return no_data;
    }
    info **end = found;
    *end = nullptr;
    for (int rail = 0; rail < rails; rail++) {
        if (only >= 0 && rail != only) {
            continue;
        }
        *end = show(version, below, rail, hinted ? hints->domain->mr_mode : ~0);
        if (*end == nullptr) {
            real().infos[version].freeinfo(*found);
            return no_memory;
        }
        end = &(*end)->next;
    }
    return 0;
}

/* That hints cannot be met is an answer; that there is no device for any hints is a mistake of the environment. */
void warn_without_device(version version, const question &asked) {
    const versioned &functions = real().infos[version];
    const char *on = real().settings.network_interface;
    info *any = hints_below(version, nullptr);
    info *found = nullptr;
    if (any == nullptr) {
        return;
    }
    const int answer = functions.getinfo(asked.api, nullptr, nullptr, 0, any, &found);
    if (answer == 0) {
        functions.freeinfo(found);
    } else {
        const char *allowed = getenv("FI_PROVIDER");
        warn("the libfabric below (%s) must have a device of the provider tcp on %s%s, it has none (fi_getinfo answers %d); "
             "the interface must be up and have an address, and FI_PROVIDER, which is %s, must admit tcp",
             real().settings.real, on == nullptr ? "some interface" : "the interface ", on == nullptr ? "" : on, answer,
             allowed == nullptr ? "not set" : allowed);
    }
    functions.freeinfo(any);
}

} // namespace

info *duplicate(version version, const info *one) {
    const versioned &functions = real().infos[version];
    info *copy = functions.dupinfo(one);
    if (copy != nullptr && functions.own < version && !enlarge_all(functions.own, copy)) {
        functions.freeinfo(copy);
        return nullptr;
    }
    return copy;
}

int find_devices(version version, const question &asked, const info *hints, info **found) {
    const char *provider = hints == nullptr || hints->fabric == nullptr ? nullptr : hints->fabric->provider;
    if (real().settings.rails == 0 || (provider != nullptr && strcmp(provider, shown_provider) != 0)) {
        return ask(version, asked, hints, found);
    }
    info *wish = hints_below(version, hints);
    if (wish == nullptr) {
        return no_memory;
    }
    const versioned &functions = real().infos[version];
    info *answered = nullptr;
    int answer = ask(version, asked, wish, &answered);
    functions.freeinfo(wish);
    const info *below = answer == 0 ? plain(answered) : nullptr;
    if (below != nullptr) {
        answer = show_rails(version, below, hints, found);
    } else {
        warn_without_device(version, asked);
        answer = answer == 0 ? no_data : answer;
    }
    if (answered != nullptr) {
        functions.freeinfo(answered);
    }
    return answer;
}

bool simulated(const fabric_attributes *attributes) {
    return real().settings.rails > 0 && attributes != nullptr && is(attributes->provider, shown_provider);
}

fabric_attributes below_fabric(const fabric_attributes &shown) {
    fabric_attributes told = shown;
    told.provider = real_provider;
    return told;
}

below::below(const struct info *shown) : info(*shown), fabric() {
    if (simulated(shown->fabric)) {
        fabric = below_fabric(*shown->fabric);
        info.fabric = &fabric;
        info.nic = nullptr;
        info.next = nullptr;
    }
}

} // namespace fabric
