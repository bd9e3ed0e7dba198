#include "settings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "topology.h"

namespace fabric {

namespace {

constexpr int bad_configuration = 78; /* EX_CONFIG */

#define NXR_VARIABLE(name) "NIXLCONFORM_FABRIC_" name

/* One write for the whole line: other threads and processes write there too. */
void say(const char *format, va_list arguments) {
    char line[1024] = "nixlconform simulated EFA: ";
    const size_t start = strlen(line);
    vsnprintf(line + start, sizeof line - start - 2, format, arguments);
    strcat(line, ".\n");
    const ssize_t ignored = write(STDERR_FILENO, line, strlen(line));
    (void)ignored;
}

/* An empty variable is one that is not set. */
const char *value_of(const char *variable) {
    const char *value = getenv(variable);
    return value == nullptr || *value == 0 ? nullptr : value;
}

/* The program may change its environment later. */
const char *kept(const char *value) { return value == nullptr ? nullptr : strdup(value); }

/* A decimal number that is the whole text, or -1. */
int number(const char *text) {
    char *end = nullptr;
    const long value = strtol(text, &end, 10);
    const bool digits = *text >= '0' && *text <= '9' && *end == 0;
    return digits && value <= max_rails ? static_cast<int>(value) : -1;
}

int read_rails() {
    const char *text = value_of(NXR_VARIABLE("RAILS"));
    if (text == nullptr) {
        return 0;
    }
    const int rails = number(text);
    if (rails < 1) {
        refuse("the environment variable NIXLCONFORM_FABRIC_RAILS must be a number of devices from 1 to %d, it is \"%s\"",
               max_rails, text);
    }
    return rails;
}

enum topology read_topology(int rails) {
    const char *text = value_of(NXR_VARIABLE("TOPOLOGY"));
    if (text == nullptr || strcmp(text, "none") == 0) {
        return topology::none;
    }
    const bool p5 = strcmp(text, "p5") == 0;
    if (!p5 && strcmp(text, "p4d") != 0) {
        refuse("the environment variable NIXLCONFORM_FABRIC_TOPOLOGY must be none, p4d or p5, it is \"%s\"", text);
    }
    const enum topology read = p5 ? topology::p5 : topology::p4d;
    if (rails > devices_of(read)) {
        refuse("with NIXLCONFORM_FABRIC_TOPOLOGY=%s the environment variable NIXLCONFORM_FABRIC_RAILS must be at most %d, as "
               "the machine has no more EFA devices, it is %d",
               text, devices_of(read), rails);
    }
    return read;
}

/* What follows a word that the text begins with, or none. */
const char *after(const char *text, const char *word) {
    return strncmp(text, word, strlen(word)) == 0 ? text + strlen(word) : nullptr;
}

void read_fault(settings *to) {
    const char *text = value_of(NXR_VARIABLE("FAULT"));
    if (text == nullptr) {
        return;
    }
    const char *file = after(text, "crash:");
    if (file != nullptr && *file != 0 && strchr(file, '/') == nullptr) {
        to->crash = kept(file);
        return;
    }
    const char *rail = after(text, "idle:");
    to->idle_rail = rail == nullptr ? -1 : number(rail);
    if (to->idle_rail < 1 || to->idle_rail >= to->rails) {
        refuse("the environment variable NIXLCONFORM_FABRIC_FAULT must be idle:K with a rail K from 1 to %d (of %d rails), or "
               "crash:NAME with the beginning of a file's name, it is \"%s\"",
               to->rails - 1, to->rails, text);
    }
}

/* A setting that would be without effect is a mistake. */
void refuse_without_rails(const char *variable) {
    const char *text = value_of(variable);
    if (text != nullptr) {
        refuse("the environment variable %s must not be set (it is \"%s\") unless NIXLCONFORM_FABRIC_RAILS is: without rails "
               "nothing is simulated",
               variable, text);
    }
}

} // namespace

void refuse(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    _exit(bad_configuration);
}

void warn(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
}

settings read_settings() {
    settings read;
    read.real = kept(value_of(NXR_VARIABLE("REAL")));
    if (read.real == nullptr) {
        refuse("the environment variable NIXLCONFORM_FABRIC_REAL must name the libfabric.so.1 to pass calls on to, it is not "
               "set");
    }
    read.rails = read_rails();
    if (read.rails == 0) {
        refuse_without_rails(NXR_VARIABLE("TOPOLOGY"));
        refuse_without_rails(NXR_VARIABLE("INTERFACE"));
        refuse_without_rails(NXR_VARIABLE("COUNTERS"));
        refuse_without_rails(NXR_VARIABLE("FAULT"));
        return read;
    }
    read.topology = read_topology(read.rails);
    read.network_interface = kept(value_of(NXR_VARIABLE("INTERFACE")));
    read.counters = kept(value_of(NXR_VARIABLE("COUNTERS")));
    read_fault(&read);
    if (read.idle_rail != 0 && read.counters == nullptr) {
        refuse("the environment variable NIXLCONFORM_FABRIC_COUNTERS must be set where NIXLCONFORM_FABRIC_FAULT is: nothing "
               "else shows an idle rail");
    }
    return read;
}

} // namespace fabric
