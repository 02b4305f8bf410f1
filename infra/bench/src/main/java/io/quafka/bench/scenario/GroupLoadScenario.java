package io.quafka.bench.scenario;

import io.quafka.bench.broker.BrokerProcess;
import io.quafka.bench.client.Groups;
import io.quafka.bench.client.KafkaSocket;
import io.quafka.bench.process.MachineWatch;
import io.quafka.bench.report.Metric;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// `kill -9`, then a start on the same data: when all groups' offsets are told again.
///
/// @param plan what is compared
/// @param groups that have committed an offset for each partition
record GroupLoadScenario(Plan plan, int groups) implements Scenario {
    private static final String TOPIC = "loaded";

    /// Each offset is committed so often, as by readers that go on: the log is longer than what it
    /// says.
    private static final int COMMITS_EACH = 10;

    @Override
    public Reading measure(Lab lab, Contestant contestant)
            throws IOException, InterruptedException {
        try (Session session = Session.start(lab, contestant, TOPIC)) {
            try (KafkaSocket socket = new KafkaSocket(session.ports().clients())) {
                Groups.awaitCoordinator(socket, group(0));
                for (int i = 0; i < COMMITS_EACH; i++) {
                    for (int group = 0; group < groups; group++) {
                        Groups.awaitCommit(
                                socket,
                                Groups.commit(group(group), TOPIC, contestant.partitions(), i));
                    }
                }
            }
            session.broker().kill();
            return restart(lab, contestant, session);
        }
    }

    private Reading restart(Lab lab, Contestant contestant, Session session)
            throws IOException, InterruptedException {
        MachineWatch machine = MachineWatch.start(lab.proc(), List.of());
        try (BrokerProcess broker = Session.startBroker(lab, contestant.broker(), session.ports());
                KafkaSocket socket = new KafkaSocket(session.ports().clients())) {
            for (int group = 0; group < groups; group++) {
                Groups.awaitOffsets(socket, group(group), TOPIC, contestant.partitions());
            }
            Duration all = machine.elapsed();
            return new Reading()
                    .putDisturbance(machine.disturbance(broker.pids()))
                    .putSeconds(Metric.START_METADATA, broker.timeToMetadata())
                    .putSeconds(Metric.GROUPS_LOADED, all.minus(broker.timeToMetadata()))
                    .putSeconds(Metric.RESTART_CPU, lab.proc().cpuTime(broker.pids()));
        }
    }

    private static String group(int index) {
        return "readers-" + index;
    }
}
