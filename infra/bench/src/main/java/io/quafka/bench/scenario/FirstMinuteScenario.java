package io.quafka.bench.scenario;

import io.quafka.bench.client.KafkaSocket;
import io.quafka.bench.client.Topics;
import io.quafka.bench.load.LoadResult;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// Kafka's ProducerPerformance into a topic that was created a moment ago: a warm broker,
/// partitions that nobody wrote yet. The window runs from the answer to CreateTopics and counts
/// what is acknowledged in pieces of a few seconds until it is over.
///
/// @param plan what is compared
/// @param recordBytes size of a record
record FirstMinuteScenario(Plan plan, int recordBytes) implements Scenario {
    private static final String WARM = "warm";
    private static final String TOPIC = "produce";

    /// A minute, where a window has its default length.
    private static final int WINDOWS = 3;

    private static final double PIECE_SECONDS = 5;
    private static final long FIRST_PIECE_BYTES = 4L << 20;
    private static final long PIECE_BYTES_MAX = 1L << 30;

    @Override
    public Reading measure(Lab lab, Contestant contestant)
            throws IOException, InterruptedException {
        try (Session session = Session.start(lab, new Contestant(contestant.broker(), 1), WARM)) {
            session.warmUp(WARM, recordBytes, Map.of());
            try (KafkaSocket socket = new KafkaSocket(session.ports().clients())) {
                Topics.create(socket, TOPIC, contestant.partitions());
            }
            Session.Measured measured = session.measure(() -> pieces(lab, session));
            return new Reading()
                    .putVolume(measured.load(), measured.window())
                    .putWindow(measured.window())
                    .putHeap(session.heap());
        }
    }

    private LoadResult pieces(Lab lab, Session session) throws IOException {
        long start = System.nanoTime();
        long end = start + WINDOWS * lab.window().toNanos();
        long total = 0;
        long next = FIRST_PIECE_BYTES / recordBytes;
        while (System.nanoTime() < end) {
            LoadResult piece = session.load().perfProducer(TOPIC, next, recordBytes, Map.of());
            total += piece.records();
            next =
                    Math.clamp(
                            (long) (piece.recordsPerSecond() * PIECE_SECONDS),
                            1,
                            PIECE_BYTES_MAX / recordBytes);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new LoadResult(total, total * recordBytes, seconds, List.of());
    }
}
