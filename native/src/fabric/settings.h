/*
 * What the environment asks of this library: the variables NIXLCONFORM_FABRIC_*, read once, at the first call of any of
 * its functions. A value that cannot be used ends the process with the exit code 78 and one line on standard error.
 */
#ifndef NIXLCONFORM_FABRIC_SETTINGS_H
#define NIXLCONFORM_FABRIC_SETTINGS_H

namespace fabric {

constexpr int max_rails = 32;

enum class topology { none, p4d, p5 };

struct settings {
    const char *real = nullptr; /* path of the libfabric below */
    int rails = 0;              /* simulated EFA devices; 0: none, calls are passed on as they are */
    enum topology topology = topology::none;
    const char *network_interface = nullptr; /* below all rails; none: the tcp provider's own choice */
    const char *counters = nullptr;          /* file */
    int idle_rail = 0;                       /* its operations go over rail 0; 0: there is none */
    const char *crash = nullptr; /* fi_fabric() crashes where the real library's file name begins so; none: it never does */
};

/* From the variables of this process; strings are copies that are kept. */
settings read_settings();

/* Ends the process. The arguments are those of printf(): a sentence without its full stop. */
[[noreturn]] __attribute__((format(printf, 1, 2))) void refuse(const char *format, ...);

/* The same line, for what an answer's number does not say. The process goes on. */
__attribute__((format(printf, 1, 2))) void warn(const char *format, ...);

} // namespace fabric

#endif
