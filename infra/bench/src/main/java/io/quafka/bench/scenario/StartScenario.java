package io.quafka.bench.scenario;

import io.quafka.bench.broker.BrokerProcess;
import io.quafka.bench.broker.Ports;
import io.quafka.bench.process.MachineWatch;
import io.quafka.bench.process.Proc;
import io.quafka.bench.report.Metric;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The first start on an empty directory, through the launcher where there is one. One start goes
/// before, unmeasured, so that the programs are in the page cache.
///
/// @param plan what is compared
record StartScenario(Plan plan) implements Scenario {
    private static final Duration IDLE = Duration.ofSeconds(10);

    @Override
    public Reading measure(Lab lab, Contestant contestant)
            throws IOException, InterruptedException {
        Ports ports = Ports.free();
        Session.prepare(lab, contestant.broker(), ports);
        Session.startBroker(lab, contestant.broker(), ports).close();
        Session.prepare(lab, contestant.broker(), ports);
        Proc proc = lab.proc();
        MachineWatch machine = MachineWatch.start(proc, List.of());
        try (BrokerProcess broker = Session.startBroker(lab, contestant.broker(), ports)) {
            Reading reading =
                    new Reading()
                            .putSeconds(Metric.START_METADATA, broker.timeToMetadata())
                            .putSeconds(Metric.START_CPU, proc.cpuTime(broker.pids()))
                            .putMebibytes(Metric.RESIDENT, proc.residentBytes(broker.pids()))
                            .putDisturbance(machine.disturbance(broker.pids()));
            TimeUnit.MILLISECONDS.sleep(IDLE.toMillis());
            return reading.putMebibytes(Metric.IDLE_RESIDENT, proc.residentBytes(broker.pids()))
                    .put(Metric.OPEN_FILES, proc.openFiles(broker.pids()));
        } finally {
            Session.delete(lab.brokerDirectory());
        }
    }
}
