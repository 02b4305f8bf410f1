package io.quafka.program.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/// Waits until shards have moved. Whoever waits no longer stops nothing.
final class WaitOptions {
    private static final Duration POLL = Duration.ofMillis(500);

    /// For so long a shard may not move and not be where it is to go: gateways learn of changes one
    /// after the other.
    private static final Duration UNMOVED_MAX = Duration.ofSeconds(15);

    private static final String GOES_ON =
            "the rest goes on, and 'quafka node moves' shows how far it is";

    @Option(names = "--wait", description = "Return only when everything has moved.")
    private boolean wait;

    @Option(
            names = "--wait-max",
            paramLabel = "SECONDS",
            defaultValue = "3600",
            description =
                    "Wait for this long at most (default: ${DEFAULT-VALUE}). What does not end in that time goes on.")
    private int maxSeconds;

    boolean wanted() {
        return wait;
    }

    /// Waits, if wanted, until shards are where they are to go.
    ///
    /// @param spec of the command, whose error output is told when it is done
    /// @param targets replicas by shard
    /// @throws CommandFailedException if that does not come about, or nobody answers for
    ///   [ClientOptions#timeout]
    void await(ClientOptions client, CommandSpec spec, Map<Integer, List<Integer>> targets)
            throws InterruptedException {
        if (!wait || targets.isEmpty()) {
            return;
        }
        Thread interrupted =
                Thread.ofPlatform()
                        .name("interrupted")
                        .unstarted(() -> System.err.println("\nnot waiting any more: " + GOES_ON));
        Runtime.getRuntime().addShutdownHook(interrupted);
        long begin = System.nanoTime();
        try {
            new Watch(new HttpQuery(client), client.timeout(), targets).run(begin);
        } finally {
            StepBar.clear();
            Runtime.getRuntime().removeShutdownHook(interrupted);
        }
        PrintWriter err = spec.commandLine().getErr();
        err.printf(
                "%s moved in %s%n",
                shards(targets.size()), Human.time((System.nanoTime() - begin) / 1_000_000_000L));
        err.flush();
    }

    static String shards(int count) {
        return count == 1 ? "1 shard" : count + " shards";
    }

    private final class Watch {
        private final HttpQuery http;
        private final Duration silenceMax;
        private final int all;
        private final Map<Integer, List<Integer>> left;

        /// Since when each shard has been where it is not to be, without moving.
        private final Map<Integer, Long> unmoved = new HashMap<>();

        Watch(HttpQuery http, Duration silenceMax, Map<Integer, List<Integer>> targets) {
            this.http = http;
            this.silenceMax = silenceMax;
            this.all = targets.size();
            this.left = new HashMap<>(targets);
        }

        void run(long begin) throws InterruptedException {
            long answered = begin;
            while (true) {
                StepBar.draw("shards moved", all - left.size(), all);
                String problem = look();
                long now = System.nanoTime();
                if (left.isEmpty()) {
                    return;
                }
                answered = problem == null ? now : answered;
                if (problem != null && now - answered > silenceMax.toNanos()) {
                    throw new CommandFailedException(problem + "; " + GOES_ON);
                }
                if (now - begin > Duration.ofSeconds(maxSeconds).toNanos()) {
                    throw new CommandFailedException(
                            "%d of %s have moved in %s; %s"
                                    .formatted(
                                            all - left.size(),
                                            shards(all),
                                            Human.time(maxSeconds),
                                            GOES_ON));
                }
                Thread.sleep(POLL);
            }
        }

        /// @return why nothing could be seen; null if it could
        private @Nullable String look() throws InterruptedException {
            Map<Integer, Map<String, Object>> shards;
            try {
                shards = ShardRows.named(http, List.copyOf(left.keySet()));
            } catch (IOException | CommandFailedException e) {
                return String.valueOf(e.getMessage());
            }
            for (int id : new ArrayList<>(left.keySet())) {
                look(id, shards.getOrDefault(id, Map.of()));
            }
            return null;
        }

        private void look(int id, Map<String, Object> shard) {
            List<Integer> target = left.getOrDefault(id, List.of());
            if (Boolean.TRUE.equals(shard.get("moving"))) {
                unmoved.remove(id);
            } else if (ShardRows.nodes(shard, "replicas").equals(target)) {
                left.remove(id);
            } else {
                long since = unmoved.computeIfAbsent(id, _ -> System.nanoTime());
                if (System.nanoTime() - since > UNMOVED_MAX.toNanos()) {
                    throw new CommandFailedException(
                            "shard %d does not move to %s any more: somebody took that back"
                                    .formatted(id, ShardRows.joined(target)));
                }
            }
        }
    }
}
