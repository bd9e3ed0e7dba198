package org.nixlconform.engine.process;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.nixlconform.binding.Device;
import org.nixlconform.binding.DeviceException;
import org.nixlconform.binding.NixlCallException;
import org.nixlconform.binding.PlacedRuns;
import org.nixlconform.binding.RunList;
import org.nixlconform.engine.process.CacheOracle.Generations;
import org.nixlconform.engine.protocol.FromRank;
import org.nixlconform.engine.protocol.ToRank;

/**
 * Handshake, making, posting and polling by threads that have no current context, or that of another GPU: serving engines have
 * threads for these that never touched the rank's GPU. Each call gets a thread of its own.
 */
final class CallerWork implements StreamWork {
    private static final String ON_OTHER = "CALLS_ON_OTHER_GPU";

    private final Device device;
    private final Device.Current wanted;
    private @Nullable Device other;
    private String noOther = "";
    private long calls;
    private long asWanted;

    CallerWork(ToRank.StreamOrder order, Device device) {
        this.device = device;
        this.wanted = order.work().equals(ON_OTHER) ? Device.Current.OTHER : Device.Current.NONE;
        if (wanted == Device.Current.OTHER) {
            try {
                other = Device.open(device.ordinal() == 0 ? 1 : 0);
            } catch (DeviceException none) {
                noOther = "there is no other GPU: " + none.getMessage();
            }
            device.use();
        }
    }

    @Override
    public <T> T call(Call<T> call) throws NixlCallException {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread caller = new Thread(() -> make(call, result), "caller");
        caller.start();
        try {
            return result.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof NixlCallException refused) {
                throw refused;
            }
            throw failed;
        }
    }

    private <T> void make(Call<T> call, CompletableFuture<T> result) {
        try {
            if (other != null) {
                other.use();
            }
            calls++;
            asWanted += device.current() == wanted ? 1 : 0;
            result.complete(call.make());
        } catch (NixlCallException | RuntimeException | Error failed) {
            result.completeExceptionally(failed);
        }
    }

    @Override
    public void beforeTransfer(CacheOracle oracle, Generations generations, RunList expected) {}

    @Override
    public void atEnd(PlacedRuns expected) {}

    /** All calls so far: the first are those of the handshake. */
    @Override
    public FromRank.StreamWork settle(PlacedRuns expected) {
        return FromRank.StreamWork.of(List.of(new FromRank.Rounds("call", calls, asWanted, 0, noOther)));
    }

    @Override
    public void close() {}
}
