/* The real library behind this one. */
#ifndef NIXLCONFORM_FAULT_FORWARD_H
#define NIXLCONFORM_FAULT_FORWARD_H

#include <string>

#include "functions.h"

namespace fault {

/* Opens the real library and fills the tables. False, with the loader's words, when it cannot be opened. */
bool open_real(const std::string &library, std::string *mistake);

/* From now on entered() is asked before every call of `function`. */
void guard(unsigned function);

/* Calls operator new of the library's own C++ runtime until it throws. Does not return. */
void exhaust_memory();

} // namespace fault

#endif
