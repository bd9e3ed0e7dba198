package org.nixlconform.configuration;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Names that files may give and that the plan or the evidence folders use. */
final class Names {
    // The names of the plan's enums. A leaf imports no stage; a test holds the two against each other.
    static final List<String> BACKENDS = List.of("UCX", "LIBFABRIC");
    static final List<String> PLACEMENTS = List.of("PACK", "SPREAD");
    static final List<String> MEMORIES = List.of("DRAM", "VRAM", "DRAM_TO_VRAM", "VRAM_TO_DRAM");
    static final List<String> OPERATIONS = List.of("READ", "WRITE");
    static final List<String> ROLES = List.of("PREFILL", "DECODE");
    static final List<String> LAYOUTS = List.of("NHD", "HND");
    static final List<String> DATA_TYPES = List.of("FP8", "BF16", "FP16", "FP32");
    static final List<String> ATTENTIONS = List.of("MHA", "GQA", "MLA");
    static final List<String> STREAM_WORK = List.of(
            "KERNEL_AFTER_DONE",
            "FILL_BEFORE_OFFER",
            "ZERO_FILL_QUEUED",
            "STALE_WRITER_QUEUED",
            "GRAPH_BESIDE",
            "GRAPH_HANDOVER",
            "GRAPH_REUSE",
            "CAPTURE_BESIDE",
            "THREAD_CAPTURE_BESIDE",
            "MODULES_BESIDE",
            "CALLS_WITHOUT_CONTEXT",
            "CALLS_ON_OTHER_GPU");
    static final List<String> DEVICE_CACHES =
            List.of("MAPPED", "MAPPED_WITHOUT_RDMA", "MAPPED_SHAREABLE", "REMAPPED", "TWO_DEVICES", "HOST_STAGED");
    static final List<String> MOMENTS = List.of("BEFORE_METADATA_IS_LOADED", "IN_FLIGHT");

    /** Of an engine, from the first NIXL call on. */
    private static final List<String> STEPS = List.of(
            "open",
            "agent",
            "backend",
            "register",
            "metadata",
            "connect",
            "prepare",
            "invalid",
            "reference",
            "arm",
            "make",
            "queue",
            "transfer",
            "post",
            "wait",
            "notify",
            "verify",
            "release",
            "close");

    /** Of the life of agents: phases, too. */
    static final List<String> TRIALS = List.of(
            "status-before-post",
            "post-while-active",
            "post-when-done",
            "post-after-error",
            "release-in-flight",
            "deregister-own-in-flight",
            "deregister-peers-in-flight",
            "invalidate-in-flight",
            "post-to-invalidated",
            "post-to-deregistered",
            "orders",
            "status-after-release",
            "release-twice",
            "damaged-metadata",
            "restart-under-old-name",
            "restart-under-new-name",
            "join",
            "freeze");

    static final List<String> PHASES =
            Stream.concat(STEPS.stream(), TRIALS.stream()).toList();

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    private Names() {}

    /** A name that can be part of a file name. */
    static Optional<String> read(YamlValue value) {
        return value.text(NAME, "letters, digits, '.', '_' and '-', with a letter or digit first");
    }

    /** One of the names that a key must have; empty text where it has none of them. */
    static String required(YamlObject object, String key, List<String> known) {
        return object.required(key, "one of " + String.join(", ", known))
                .flatMap(value -> value.oneOf(known))
                .orElse("");
    }

    /** Notes each value whose text an earlier one already has. */
    static void refuseRepeats(List<YamlValue> values) {
        Map<String, YamlValue> seen = new HashMap<>();
        for (YamlValue value : values) {
            value.text().ifPresent(text -> {
                YamlValue first = seen.putIfAbsent(text, value);
                if (first != null) {
                    value.mistake("repeated '%s', expected once; first given at %s".formatted(text, first.position()));
                }
            });
        }
    }
}
