/*
 * Just enough JSON for a fault plan. Our own, because a reader from a system package would be one prerequisite more for
 * everybody who builds this project.
 */
#ifndef NIXLCONFORM_FAULT_JSON_H
#define NIXLCONFORM_FAULT_JSON_H

#include <stdint.h>

#include <string>
#include <utility>
#include <vector>

namespace fault {

struct json {
    enum class kind { null, boolean, number, text, array, object };

    kind is = kind::null;
    bool boolean = false;
    double number = 0;
    bool whole = false; /* the number has neither fraction nor exponent and fits `integer` */
    int64_t integer = 0;
    std::string text; /* UTF-8 */
    std::vector<json> elements;
    std::vector<std::pair<std::string, json>> members; /* in the order of the text; no name twice */

    const json *member(const char *name) const;
};

/* "an object", "the text \"x\"", "the number 3": for messages. */
std::string described(const json &value);

/* False on a mistake; `*mistake` then says what was expected, and at which line and column. */
bool parse(const std::string &text, json *value, std::string *mistake);

} // namespace fault

#endif
