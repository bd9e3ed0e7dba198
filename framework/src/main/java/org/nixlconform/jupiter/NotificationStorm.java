package org.nixlconform.jupiter;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * After the iterations initiators make many small transfers, each with a notification bound to it, and notify in between; targets
 * collect. See {@link org.nixlconform.plan.NotificationStorm}. Every notification must come once, as it was sent, from its sender;
 * caches are verified at the end, and engines must not grow. Without {@link Iterations} one iteration comes first.
 */
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface NotificationStorm {
    /** Of each pair of ranks. */
    int transfers() default 1_000;

    /** Notifications by themselves after the post of each. */
    int standalone() default 0;

    /** Sizes of texts, in turns. */
    int[] textBytes() default {16, 100};

    /** Transfers of a pair at a time; not more than a request has blocks. */
    int inFlight() default 4;

    /** Of one transfer. */
    int mostBlocks() default 1;

    /** Transfers of a pair; 0 for no limit. */
    int perSecond() default 0;

    /** After each post the initiator does nothing for so long, then it polls. */
    int pollDelayMillis() default 0;

    /** Targets look so often and call nothing else; 0 for all the time. */
    int targetPollMillis() default 0;

    /** Targets go on for so long when all came. */
    int quietMillis() default 200;

    /** From DONE, or the call, until the target has a notification, beyond {@code targetPollMillis}. */
    int noticeMillis() default 2_000;

    /** At least one transfer must be done in its post, or the case says nothing. */
    boolean endsInPost() default false;

    /** NIXL's; an axis. */
    ProgressThread[] progressThread() default ProgressThread.AS_ENVIRONMENT;

    /** Of NIXL's agents. */
    enum ProgressThread {
        AS_ENVIRONMENT,
        ON,
        OFF
    }
}
