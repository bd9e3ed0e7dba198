// A small NIXL: agents of one process, transfers by memcpy, notifications. What the tests may ask of it and tell it.
#ifndef NIXLCONFORM_TEST_FAULT_FAKE_H
#define NIXLCONFORM_TEST_FAULT_FAKE_H

#include <cstddef>

struct fake_controls {
    int polls_to_done = 0;     // of each request posted from now on; 0: its post reports it as done
    int posted = 0;            // requests
    int living_requests = 0;   // made and not destroyed
    int unreleased = 0;        // made and not released
    int living_prepared = 0;   // lists
    const void *blob = nullptr; // of the last load_remote_md
    size_t blob_length = 0;
    int telemetry_status = 0;
};

#endif
