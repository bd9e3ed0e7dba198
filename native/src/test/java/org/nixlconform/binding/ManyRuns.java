package org.nixlconform.binding;

import org.nixlconform.binding.RunList.Run;

/** As many runs as a rank has that takes each of its 187,500 blocks from eight others. */
public final class ManyRuns {
    private static final int RUNS = 1_500_000;

    private ManyRuns() {}

    public static void main(String[] arguments) {
        try (RunList runs = new RunList()) {
            for (int i = 0; i < RUNS; i++) {
                runs.add(new Run(i, 1, i, i, Payload.DATA, 1, true, 1));
            }
            for (int i = 0; i < RUNS; i++) {
                if (runs.get(i).offset() != i) {
                    throw new IllegalStateException("run " + i + " is " + runs.get(i));
                }
            }
        }
    }
}
