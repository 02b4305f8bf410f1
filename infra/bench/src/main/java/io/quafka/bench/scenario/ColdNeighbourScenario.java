package io.quafka.bench.scenario;

import io.quafka.bench.broker.Figures;
import io.quafka.bench.load.LoadProcess;
import io.quafka.bench.load.LoadResult;
import io.quafka.bench.report.Metric;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/// Latency of producing under a steady, light load, on one side while another topic is read from
/// the object store as fast as it goes.
///
/// @param paced what is compared, and the load: the candidate has the cold reader
record ColdNeighbourScenario(PacedScenario paced) implements Scenario {
    private static final String TAIL = "tail";
    private static final String COLD = "cold";
    private static final String LOADED = "quafka_history_loaded_bytes_total";

    /// Local copies leave the disk at the next look at them, or the one after.
    private static final Duration LEAVE = Duration.ofSeconds(3);

    private static final Map<String, String> NOTHING_STAYS = Map.of("local.retention.bytes", "0");

    @Override
    public Plan plan() {
        return paced.plan();
    }

    @Override
    public Reading measure(Lab lab, Contestant contestant)
            throws IOException, InterruptedException {
        try (Session session = Session.start(lab, contestant, TAIL)) {
            session.createTopic(COLD, 1, NOTHING_STAYS);
            long records = Math.max(1, lab.dataBytes() / paced.recordBytes());
            long bytes =
                    session.load()
                            .perfProducer(COLD, records, paced.recordBytes(), Map.of())
                            .bytes();
            session.warmUp(TAIL, paced.recordBytes(), Map.of());
            Tiers.awaitNoBacklog(session.ports().clients());
            TimeUnit.MILLISECONDS.sleep(LEAVE.toMillis());
            return contestant.equals(plan().candidate())
                    ? besideReader(lab, session, bytes)
                    : paced.measure(lab, session, TAIL, List.of());
        }
    }

    private Reading besideReader(Lab lab, Session session, long bytes)
            throws IOException, InterruptedException {
        int port = session.ports().clients();
        double before = Figures.read(port, LOADED);
        try (LoadProcess reader = session.anotherLoad()) {
            Duration time = PacedScenario.SETTLE.plus(lab.window());
            FutureTask<LoadResult> reading =
                    new FutureTask<>(() -> reader.consume(COLD, 1, bytes, time));
            Thread.ofPlatform().name("cold-reader").start(reading);
            Reading tail = paced.measure(lab, session, TAIL, List.of(reader.pid()));
            LoadResult read = reading.get();
            if (Figures.read(port, LOADED) - before < read.bytes() / 2.0) {
                throw new IOException("what was read did not come from the object store");
            }
            return tail.put(Metric.COLD_READ, read.mebibytesPerSecond());
        } catch (ExecutionException e) {
            throw new IOException("the cold reader failed", e.getCause());
        }
    }
}
