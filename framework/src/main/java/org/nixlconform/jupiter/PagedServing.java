package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Engines serve requests on their own after the iterations, many at once, out of caches whose blocks are reused, as vLLM does;
 * see {@link org.nixlconform.plan.PagedServing}. Every request is verified before its blocks are reused, the whole caches at the
 * end, and the ledger of requests afterwards. Without {@link Iterations} one iteration comes first.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface PagedServing {
    /** In all. */
    int requests() default 200;

    /** After which no more begin, whatever the number; 0 for no limit. */
    int seconds() default 0;

    /** At once between each two engines. */
    int inFlight() default 8;

    /** Of a request. */
    int fewestBlocks() default 1;

    /** Of a request; both caches must hold as many. */
    int mostBlocks() default 10;

    /** Of requests: decode holds their leading blocks already. */
    int prefixHitPercent() default 0;

    /** Of requests: decode gives them up before any block moves, and tells prefill. */
    int abortPercent() default 0;

    /** Of requests: decode drops them while they are read, and reuses their blocks when nothing moves to them any more. */
    int dropPercent() default 0;

    /**
     * Of requests: of the transfers that a decode rank makes, one for each prefill rank that it reads from, one fails, since its
     * blocks are offered by an agent that is gone. Blocks are reused when all have ended.
     */
    int failPercent() default 0;

    /** Of requests: the initiator does nothing for a while after their post. */
    int latePollPercent() default 0;

    /** How long. */
    int latePollMillis() default 0;

    /** Of requests: they wait at the initiator before their post, while others go on. */
    int latePostPercent() default 0;

    /** How long. */
    int latePostMillis() default 0;

    /** After which prefill takes back and writes over what was not read yet; 0 for never. */
    int leaseMillis() default 0;

    /** Whether decode keeps the leases of requests that wait alive. */
    boolean heartbeats() default false;

    /** In which layers are filled and moved, each with a transfer and a notification of its own. */
    int layerGroups() default 1;

    /** Of requests that are written: decode says where it wants them before prefill fills them, not after. */
    int registeredFirstPercent() default 0;

    /** Whether prefill writes over blocks that were read the moment it takes the last notification. */
    boolean refillInHandler() default false;
}
