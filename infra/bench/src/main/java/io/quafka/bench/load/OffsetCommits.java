package io.quafka.bench.load;

import io.quafka.bench.client.Groups;
import io.quafka.bench.client.KafkaSocket;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/// Commits offsets at a fixed rate, one partition of one group at a time, over some connections. As
/// with [PacedProducer], latency counts from when a commit was due.
final class OffsetCommits {
    private static final int CONNECTIONS = 20;
    private static final int GROUPS = 100;

    /// More that wait for an answer on one connection hold up the next.
    private static final int IN_FLIGHT_MAX = 10_000;

    private static final long LATENCY_MAX_NANOS = 60_000_000_000L;
    private static final double NANOS_PER_SECOND = 1e9;

    private OffsetCommits() {}

    /// Arguments: `port`, `topic`, `rate` in commits a second, `time` in milliseconds.
    static LoadResult run(Arguments arguments)
            throws IOException, InterruptedException, ExecutionException {
        String topic = arguments.text("topic");
        int port = arguments.integer("port");
        try (KafkaSocket socket = new KafkaSocket(port)) {
            Groups.awaitCoordinator(socket, group(0));
            for (int i = 0; i < GROUPS; i++) {
                Groups.awaitCommit(socket, Groups.commit(group(i), topic, 1, 0));
            }
        }
        double intervalNanos = CONNECTIONS * NANOS_PER_SECOND / arguments.number("rate");
        long each = (long) (arguments.time("time").toNanos() / intervalNanos);
        Histogram latency = new ConcurrentHistogram(LATENCY_MAX_NANOS, 3);
        long start = System.nanoTime();
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CONNECTIONS; i++) {
                long first = start + (long) (intervalNanos * i / CONNECTIONS);
                Connection connection = new Connection(new KafkaSocket(port), topic, i, latency);
                running.add(threads.submit(() -> connection.send(first, intervalNanos, each)));
                running.add(threads.submit(() -> connection.receive(each)));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
        return LoadResult.of(each * CONNECTIONS, 0, System.nanoTime() - start, latency);
    }

    private static String group(int index) {
        return "committers-" + index % GROUPS;
    }

    private static final class Connection {
        private final KafkaSocket socket;
        private final String topic;
        private final int index;
        private final Histogram latency;
        private final BlockingQueue<Long> due = new ArrayBlockingQueue<>(IN_FLIGHT_MAX);

        Connection(KafkaSocket socket, String topic, int index, Histogram latency) {
            this.socket = socket;
            this.topic = topic;
            this.index = index;
            this.latency = latency;
        }

        long send(long firstNanos, double intervalNanos, long count)
                throws IOException, InterruptedException {
            for (long i = 0; i < count; i++) {
                long dueNanos = firstNanos + (long) (i * intervalNanos);
                for (long left = dueNanos - System.nanoTime();
                        left > 0;
                        left = dueNanos - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                due.put(dueNanos);
                String group = group(Math.toIntExact(index + i * CONNECTIONS));
                socket.send(
                        ApiKeys.OFFSET_COMMIT,
                        Groups.COMMIT_VERSION,
                        Groups.commit(group, topic, 1, i));
            }
            return count;
        }

        long receive(long count) throws IOException, InterruptedException {
            try (socket) {
                for (long i = 0; i < count; i++) {
                    long dueNanos = due.take();
                    var answer =
                            (OffsetCommitResponseData)
                                    socket.receive(ApiKeys.OFFSET_COMMIT, Groups.COMMIT_VERSION);
                    PacedProducer.record(latency, System.nanoTime() - dueNanos);
                    Errors error = Groups.outcome(answer);
                    if (error != Errors.NONE) {
                        throw new IOException("a commit was refused: " + error);
                    }
                }
            }
            return count;
        }
    }
}
