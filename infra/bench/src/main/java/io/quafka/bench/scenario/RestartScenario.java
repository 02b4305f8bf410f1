package io.quafka.bench.scenario;

import io.quafka.bench.broker.BrokerProcess;
import io.quafka.bench.client.KafkaSocket;
import io.quafka.bench.client.Topics;
import io.quafka.bench.process.MachineWatch;
import io.quafka.bench.report.Metric;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// `kill -9` under load, then a start on the same data.
///
/// @param plan what is compared
record RestartScenario(Plan plan) implements Scenario {
    private static final String TOPIC = "restart";
    private static final int RECORD_BYTES = 1024;
    private static final Duration UNDER_LOAD = Duration.ofSeconds(3);

    @Override
    public Reading measure(Lab lab, Contestant contestant)
            throws IOException, InterruptedException {
        try (Session session = Session.start(lab, contestant, TOPIC)) {
            long records = Math.max(1, lab.dataBytes() / RECORD_BYTES);
            session.load().perfProducer(TOPIC, records, RECORD_BYTES, Map.of());
            session.load().startPerfProducer(TOPIC, Integer.MAX_VALUE, RECORD_BYTES, Map.of());
            TimeUnit.MILLISECONDS.sleep(UNDER_LOAD.toMillis());
            session.broker().kill();
            session.load().kill();
            return restart(lab, contestant, session);
        }
    }

    private static Reading restart(Lab lab, Contestant contestant, Session session)
            throws IOException, InterruptedException {
        MachineWatch machine = MachineWatch.start(lab.proc(), List.of());
        try (BrokerProcess broker = Session.startBroker(lab, contestant.broker(), session.ports());
                KafkaSocket socket = new KafkaSocket(session.ports().clients())) {
            Topics.writeEverywhere(socket, TOPIC, 1);
            Duration produced = machine.elapsed();
            Duration cpu = lab.proc().cpuTime(broker.pids());
            Topics.writeEverywhere(socket, TOPIC, contestant.partitions());
            Duration writable = machine.elapsed();
            return new Reading()
                    .putDisturbance(machine.disturbance(broker.pids()))
                    .putSeconds(Metric.START_METADATA, broker.timeToMetadata())
                    .putSeconds(Metric.RESTART_PRODUCE, produced)
                    .putSeconds(Metric.RESTART_CPU, cpu)
                    .putSeconds(Metric.RESTART_WRITABLE, writable)
                    .putMebibytes(Metric.RESIDENT, lab.proc().residentBytes(broker.pids()));
        }
    }
}
