#include "topology.h"

#include <stdio.h>
#include <string.h>

namespace fabric {

namespace {

struct hardware {
    struct nic nic;
    device_attributes device;
    bus_attributes bus;
    link_attributes link;
    device_name name;
};

/* Copies are the same object: it is never freed. */
int duplicate(fid *of, int command, void *copy) {
    if (command != control_duplicate) {
        return not_implemented;
    }
    *static_cast<fid **>(copy) = of;
    return 0;
}

int keep(fid *) { return 0; }

const fid_ops hardware_ops = {sizeof(fid_ops), keep, nullptr, duplicate, nullptr};

/* p4d.24xlarge: four PCI switches, each with two GPUs and one EFA device. */
constexpr uint8_t p4d_buses[] = {0x10, 0x20, 0x90, 0xa0};
constexpr uint8_t p4d_device = 0x1b;

/* p5.48xlarge: eight PCI switches, each with four EFA devices on buses in a row and, on the next one, a GPU. */
constexpr int p5_switches = 8;
constexpr int p5_devices = 4;
constexpr uint8_t p5_first_bus = 0x4f;
constexpr uint8_t p5_buses_apart = 0x11;

bus_attributes address_of(enum topology topology, int rail) {
    if (topology == topology::p4d) {
        return {bus_pci, 0, p4d_buses[rail], p4d_device, 0};
    }
    const int bus = p5_first_bus + p5_buses_apart * (rail / p5_devices) + rail % p5_devices;
    return {bus_pci, 0, static_cast<uint8_t>(bus), 0, 0};
}

hardware all[max_rails];

} // namespace

int devices_of(enum topology topology) {
    switch (topology) {
    case topology::p4d:
        return sizeof p4d_buses;
    case topology::p5:
        return p5_switches * p5_devices;
    default:
        return max_rails;
    }
}

void make_hardware(enum topology topology) {
    const bool p5 = topology == topology::p5;
    for (int rail = 0; rail < devices_of(topology); rail++) {
        hardware &made = all[rail];
        made.name = name_of(rail);
        made.device = {made.name.text, p5 ? "0xefa2" : "0xefa1", "0", "0x1d0f", "nixlconform simulated EFA", "0"};
        made.bus = address_of(topology, rail);
        made.link = {nullptr, 8928, 100'000'000'000, link_up, "simulated EFA"};
        made.nic = {{class_nic, nullptr, &hardware_ops}, &made.device, &made.bus, &made.link, nullptr};
    }
}

device_name name_of(int rail) {
    device_name name;
    snprintf(name.text, sizeof name.text, "simulated-efa-%d", rail);
    return name;
}

int rail_of(const char *name, int rails) {
    for (int rail = 0; name != nullptr && rail < rails; rail++) {
        if (strcmp(name, name_of(rail).text) == 0) {
            return rail;
        }
    }
    return -1;
}

const nic *hardware_of(int rail) { return &all[rail].nic; }

} // namespace fabric
