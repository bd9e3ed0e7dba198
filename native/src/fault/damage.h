/* Faults in memory that a READ has filled. */
#ifndef NIXLCONFORM_FAULT_DAMAGE_H
#define NIXLCONFORM_FAULT_DAMAGE_H

#include "requests.h"

namespace fault {

/* To be called once the data are there, before the caller is told, with the lock held. */
void damage(ledger &in, const request &done);

} // namespace fault

#endif
