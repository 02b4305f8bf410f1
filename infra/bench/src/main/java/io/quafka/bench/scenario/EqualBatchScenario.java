package io.quafka.bench.scenario;

import io.quafka.bench.load.EqualBatchesOrder;
import io.quafka.bench.load.LoadProcess;
import java.io.IOException;
import java.util.Map;

/// Batches of one size whatever the number of partitions.
///
/// @param plan what is compared
/// @param batchBytes size of a batch
record EqualBatchScenario(Plan plan, int batchBytes) implements Scenario {
    private static final String WARM = "warm";
    private static final String TOPIC = "equal";
    private static final int RECORD_BYTES = 1024;
    private static final int BATCHES_PER_REQUEST = 16;
    private static final int CONNECTIONS = 4;

    @Override
    public Reading measure(Lab lab, Contestant contestant)
            throws IOException, InterruptedException {
        try (Session session = Session.start(lab, contestant, TOPIC)) {
            session.createTopic(WARM, 1);
            session.warmUp(WARM, RECORD_BYTES, Map.of());
            LoadProcess load = session.load();
            EqualBatchesOrder order =
                    new EqualBatchesOrder(
                            TOPIC,
                            contestant.partitions(),
                            batchBytes,
                            RECORD_BYTES,
                            BATCHES_PER_REQUEST,
                            CONNECTIONS);
            int port = session.ports().clients();
            load.equalBatches(order, port, lab.warmUp());
            Session.Measured measured =
                    session.measure(() -> load.equalBatches(order, port, lab.window()));
            return new Reading()
                    .putVolume(measured.load(), measured.window())
                    .putLatency(measured.load())
                    .putWindow(measured.window())
                    .putHeap(session.heap());
        }
    }
}
