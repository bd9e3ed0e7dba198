/*
 * The simulated devices: their names, and where machines with EFA have them on the PCI bus. The addresses are those of
 * p4d.xml and p5.xml in this folder, in which hwloc finds the GPUs beside them.
 */
#ifndef NIXLCONFORM_FABRIC_TOPOLOGY_H
#define NIXLCONFORM_FABRIC_TOPOLOGY_H

#include "abi.h"
#include "settings.h"

namespace fabric {

/* EFA devices of the machine; as many as can be, where there is no topology. */
int devices_of(enum topology topology);

/* Name of a simulated device. */
struct device_name {
    char text[32];
};
device_name name_of(int rail);

/* Rail of a name that name_of() made, of 0 to rails - 1; else -1. */
int rail_of(const char *name, int rails);

/* Once, before any hardware_of(). The topology is one. */
void make_hardware(enum topology topology);

/* The hardware of a rail's device, which lives as long as the process. */
const nic *hardware_of(int rail);

} // namespace fabric

#endif
