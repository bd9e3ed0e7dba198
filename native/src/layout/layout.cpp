#include "nixlconform/layout.h"

#include <stddef.h>

#include "nixlconform/device.h"
#include "nixlconform/drive.h"
#include "nixlconform/graph.h"
#include "nixlconform/payload.h"
#include "nixlconform/queue.h"

namespace {

#define STRUCTURE(structure) {#structure, "", 0, sizeof(structure)}
#define FIELD(structure, field) {#structure, #field, offsetof(structure, field), sizeof(structure::field)}

const nxc_layout_field fields[] = {
    STRUCTURE(nxc_progress),
    FIELD(nxc_progress, call),
    FIELD(nxc_progress, stop),
    FIELD(nxc_progress, call_since_ns),
    FIELD(nxc_progress, changed_ns),
    FIELD(nxc_progress, requests),
    FIELD(nxc_progress, posted),
    FIELD(nxc_progress, done),
    FIELD(nxc_progress, failed),
    FIELD(nxc_progress, notifications_expected),
    FIELD(nxc_progress, notifications_received),
    FIELD(nxc_progress, polls),
    FIELD(nxc_progress, reserved),
    STRUCTURE(nxc_request),
    FIELD(nxc_request, handle),
    FIELD(nxc_request, status),
    FIELD(nxc_request, failed_call),
    FIELD(nxc_request, post_ns),
    FIELD(nxc_request, total_ns),
    FIELD(nxc_request, begin_ns),
    FIELD(nxc_request, polls),
    STRUCTURE(nxc_expected_notification),
    FIELD(nxc_expected_notification, sender),
    FIELD(nxc_expected_notification, text),
    FIELD(nxc_expected_notification, text_length),
    FIELD(nxc_expected_notification, received),
    FIELD(nxc_expected_notification, first_ns),
    FIELD(nxc_expected_notification, reserved),
    STRUCTURE(nxc_stray_notification),
    FIELD(nxc_stray_notification, sender),
    FIELD(nxc_stray_notification, text),
    FIELD(nxc_stray_notification, text_length),
    FIELD(nxc_stray_notification, reserved),
    STRUCTURE(nxc_notification_book),
    FIELD(nxc_notification_book, expected),
    FIELD(nxc_notification_book, expected_count),
    FIELD(nxc_notification_book, strays),
    FIELD(nxc_notification_book, stray_capacity),
    FIELD(nxc_notification_book, stray_count),
    STRUCTURE(nxc_copy_range),
    FIELD(nxc_copy_range, local),
    FIELD(nxc_copy_range, remote),
    FIELD(nxc_copy_range, length),
    STRUCTURE(nxc_repeats),
    FIELD(nxc_repeats, before),
    FIELD(nxc_repeats, after),
    FIELD(nxc_repeats, most),
    FIELD(nxc_repeats, ended),
    FIELD(nxc_repeats, differing),
    FIELD(nxc_repeats, lasting),
    FIELD(nxc_repeats, first),
    FIELD(nxc_repeats, first_runs),
    STRUCTURE(nxc_visibility),
    FIELD(nxc_visibility, ranges),
    FIELD(nxc_visibility, count),
    FIELD(nxc_visibility, pid),
    FIELD(nxc_visibility, error),
    FIELD(nxc_visibility, limit_ns),
    FIELD(nxc_visibility, hidden),
    FIELD(nxc_visibility, missing),
    FIELD(nxc_visibility, latest_ns),
    STRUCTURE(nxc_payload_key),
    FIELD(nxc_payload_key, multiplier),
    FIELD(nxc_payload_key, inverse),
    FIELD(nxc_payload_key, mask),
    STRUCTURE(nxc_payload_run),
    FIELD(nxc_payload_run, offset),
    FIELD(nxc_payload_run, length),
    FIELD(nxc_payload_run, location),
    FIELD(nxc_payload_run, own),
    FIELD(nxc_payload_run, kind),
    FIELD(nxc_payload_run, generation),
    FIELD(nxc_payload_run, flags),
    FIELD(nxc_payload_run, poison_generation),
    STRUCTURE(nxc_payload_difference),
    FIELD(nxc_payload_difference, run),
    FIELD(nxc_payload_difference, first_offset),
    FIELD(nxc_payload_difference, last_offset),
    FIELD(nxc_payload_difference, differing_bytes),
    FIELD(nxc_payload_difference, expected_word),
    FIELD(nxc_payload_difference, found_word),
    FIELD(nxc_payload_difference, found_location),
    FIELD(nxc_payload_difference, second_location),
    FIELD(nxc_payload_difference, shift),
    FIELD(nxc_payload_difference, boundary_offset),
    FIELD(nxc_payload_difference, classification),
    FIELD(nxc_payload_difference, found_kind),
    FIELD(nxc_payload_difference, found_generation),
    FIELD(nxc_payload_difference, second_kind),
    FIELD(nxc_payload_difference, second_generation),
    FIELD(nxc_payload_difference, bit_distance),
    STRUCTURE(nxc_payload_summary),
    FIELD(nxc_payload_summary, bytes_verified),
    FIELD(nxc_payload_summary, runs_verified),
    FIELD(nxc_payload_summary, runs_differing),
    FIELD(nxc_payload_summary, runs_by_classification),
    FIELD(nxc_payload_summary, differences_written),
    STRUCTURE(nxc_payload_bounds),
    FIELD(nxc_payload_bounds, location_limit),
    FIELD(nxc_payload_bounds, generation_limit),
    FIELD(nxc_payload_bounds, reserved),
    STRUCTURE(nxc_device_facts),
    FIELD(nxc_device_facts, name),
    FIELD(nxc_device_facts, bus_id),
    FIELD(nxc_device_facts, uuid),
    FIELD(nxc_device_facts, memory_bytes),
    FIELD(nxc_device_facts, driver_version),
    FIELD(nxc_device_facts, capability_major),
    FIELD(nxc_device_facts, capability_minor),
    STRUCTURE(nxc_device_failure),
    FIELD(nxc_device_failure, text),
    STRUCTURE(nxc_device_share),
    STRUCTURE(nxc_graph_report),
    FIELD(nxc_graph_report, replays),
    FIELD(nxc_graph_report, mismatches),
    FIELD(nxc_graph_report, first_mismatch),
    FIELD(nxc_graph_report, own_mismatches),
    FIELD(nxc_graph_report, longest_gap_ns),
    STRUCTURE(nxc_device_links),
    FIELD(nxc_device_links, bus_id),
    FIELD(nxc_device_links, sent_bytes),
    FIELD(nxc_device_links, received_bytes),
};

#undef FIELD
#undef STRUCTURE

} // namespace

extern "C" {

const nxc_layout_field *nxc_layout(uint32_t index) {
    return index < sizeof fields / sizeof *fields ? &fields[index] : nullptr;
}

} // extern "C"
