package io.quafka.bench.scenario;

import io.quafka.bench.client.KafkaSocket;
import io.quafka.bench.client.Topics;
import io.quafka.bench.process.Sampler;
import io.quafka.bench.report.Metric;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// How long a topic of many partitions takes until CreateTopics is answered, and until every
/// partition has acknowledged a record. The broker is warm and has made a smaller topic before.
///
/// @param plan what is compared
record TopicCreationScenario(Plan plan) implements Scenario {
    private static final String WARM = "warm";
    private static final String TOPIC = "many";
    private static final int RECORD_BYTES = 1024;
    private static final int WARM_PARTITIONS = 100;

    @Override
    public Reading measure(Lab lab, Contestant contestant)
            throws IOException, InterruptedException {
        Contestant warm = new Contestant(contestant.broker(), WARM_PARTITIONS);
        try (Session session = Session.start(lab, warm, WARM);
                KafkaSocket socket = new KafkaSocket(session.ports().clients())) {
            session.warmUp(WARM, RECORD_BYTES, Map.of());
            try (Sampler sampler =
                    Sampler.start(
                            lab.proc(), session.broker().pids(), List.of(session.load().pid()))) {
                long start = System.nanoTime();
                Topics.create(socket, TOPIC, contestant.partitions());
                Duration answered = Duration.ofNanos(System.nanoTime() - start);
                Topics.writeEverywhere(socket, TOPIC, contestant.partitions());
                Duration writable = Duration.ofNanos(System.nanoTime() - start);
                return new Reading()
                        .putSeconds(Metric.CREATE_ANSWER, answered)
                        .putSeconds(Metric.CREATE_WRITABLE, writable)
                        .putWindow(sampler.finish())
                        .putHeap(session.heap());
            }
        }
    }
}
