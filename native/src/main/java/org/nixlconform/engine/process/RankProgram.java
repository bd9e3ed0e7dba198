package org.nixlconform.engine.process;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Children;
import org.nixlconform.binding.Nixl;
import org.nixlconform.binding.NixlCallException;
import org.nixlconform.binding.NixlStatus;
import org.nixlconform.binding.Payload;
import org.nixlconform.binding.Posix;
import org.nixlconform.engine.protocol.FromDesk;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.ToRank;
import org.nixlconform.engine.protocol.Wire;

/**
 * One rank of a serving engine. The main thread makes every NIXL call; a second one reads the channel, so that a rank
 * whose main thread is inside a call that never returns still says what it sees, and still ends with its parent.
 */
final class RankProgram {
    private static final String FOR_DESK = Wire.DESK + " ";
    private static final int EXIT_PARENT_GONE = 70;
    private static final int EXIT_TERMINATED = 71;

    private final MessageChannel channel;
    private final BlockingQueue<ToRank> steps = new LinkedBlockingQueue<>();
    private final RankSession session;

    private RankProgram(MessageChannel channel, String label) {
        this.channel = channel;
        this.session = new RankSession(label, line -> channel.send(FOR_DESK + line));
    }

    static void run(String label, int parentPid) {
        MessageChannel channel = MessageChannel.open();
        if (!Children.begin(parentPid)) {
            Posix.exitNow(EXIT_PARENT_GONE);
        }
        Nixl.checkMirrors();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> Posix.exitNow(EXIT_TERMINATED)));
        RankProgram program = new RankProgram(channel, label);
        Thread reader = new Thread(program::read, "channel");
        reader.setDaemon(true);
        reader.start();
        program.send(new FromRank.Hello(Posix.getpid(), Payload.vector()));
        program.work();
    }

    private void read() {
        try {
            for (String line = channel.in().readLine();
                    line != null;
                    line = channel.in().readLine()) {
                if (line.startsWith(FOR_DESK)) {
                    session.fromDesk(Wire.decode(line.substring(FOR_DESK.length()), FromDesk.class));
                } else {
                    take(Wire.decode(line, ToRank.class));
                }
            }
        } catch (IOException | RuntimeException unreadable) {
            System.err.println("nixlconform engine: channel: " + unreadable);
        }
        Posix.exitNow(EXIT_PARENT_GONE);
    }

    private void take(ToRank message) {
        if (message instanceof ToRank.Sample) {
            send(session.sample());
        } else if (message instanceof ToRank.Cancel) {
            session.cancel();
        } else {
            steps.add(message);
            session.wake();
        }
    }

    private void work() {
        while (true) {
            ToRank step = next();
            PhaseClock clock = new PhaseClock();
            send(answer(step, clock));
            if (step instanceof ToRank.Close) {
                System.err.flush();
                Posix.exitNow(0);
            }
        }
    }

    /** Waits for the next step; an open agent is polled meanwhile, as a serving engine does. */
    private ToRank next() {
        while (true) {
            session.rearm();
            ToRank step = steps.poll();
            if (step != null) {
                return step;
            }
            if (!session.linger()) {
                try {
                    return steps.take();
                } catch (InterruptedException interrupted) {
                    Posix.exitNow(EXIT_TERMINATED);
                }
            }
        }
    }

    private FromRank answer(ToRank step, PhaseClock clock) {
        try {
            return session.perform(step, clock);
        } catch (NixlCallException refused) {
            String phase = clock.current();
            return new FromRank.Refused(
                    phase,
                    refused.function().symbol(),
                    refused.status(),
                    NixlStatus.nameOf(refused.status()),
                    clock.finish());
        } catch (RuntimeException | Error broken) {
            broken.printStackTrace();
            return new FromRank.Broken(clock.current(), describe(broken));
        }
    }

    private static String describe(Throwable broken) {
        @Nullable String message = broken.getMessage();
        return message == null ? broken.getClass().getSimpleName() : message;
    }

    private void send(FromRank answer) {
        channel.send(Wire.encode(answer));
    }
}
