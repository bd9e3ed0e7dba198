package org.nixlconform.engine.process;

import java.util.Arrays;
import java.util.List;

/** Entry of every process that we start on a node. */
public final class Main {
    private Main() {}

    /** @param arguments {@code rank <label> <parent pid>}, {@code warden [lease seconds]}, {@code node [lease seconds]}, {@code probe <library> <backend[:key=value]> ...}, {@code driver}, {@code warm-up} */
    public static void main(String[] arguments) {
        List<String> rest = Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
        switch (arguments.length == 0 ? "" : arguments[0]) {
            case "rank" -> RankProgram.run(rest.get(0), Integer.parseInt(rest.get(1)));
            case "warden" -> WardenProgram.run(seconds(rest));
            case "node" -> NodeProgram.run(seconds(rest));
            case "probe" -> ProbeProgram.run(rest.get(0), rest.subList(1, rest.size()));
            case "driver" -> DriverProgram.run();
            case "warm-up" -> WarmUp.run();
            default -> {
                System.err.println("nixlconform engine: expected rank, warden, node, probe, driver or warm-up, found "
                        + Arrays.toString(arguments));
                System.exit(64);
            }
        }
    }

    private static long seconds(List<String> arguments) {
        return arguments.isEmpty() ? 0 : Long.parseLong(arguments.get(0));
    }
}
