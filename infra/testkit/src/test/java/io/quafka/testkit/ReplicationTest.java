package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.raft.ControllerConfig.Member;
import io.quafka.controller.raft.RemoteController;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// Three storage nodes in processes of their own, three replicas of everything, two of which must
/// have what is acknowledged. Nodes are killed and stopped under load; nothing acknowledged is
/// lost, and who comes back is in sync again.
///
/// Runs with `-Dquafka.replication.processes=true` only, as replication is not on by default.
@Tag("broker")
@EnabledIfSystemProperty(named = "quafka.replication.processes", matches = "true")
class ReplicationTest {
    private static final Duration SETTLED_MAX = Duration.ofSeconds(120);
    private static final int PARTITIONS = 6;
    private static final long SEED = 20_261_128;
    private static final int RECORDS_BETWEEN = 1_500;

    @TempDir private Path directory;

    private final List<BrokerProcess> processes = new ArrayList<>();
    private final List<BrokerProcess> nodes = new ArrayList<>();
    private final Random random = new Random(SEED);
    private String members = "";
    private String bootstrap = "";
    private @Nullable RemoteController connected;

    @BeforeEach
    void startAll() throws Exception {
        int port = Ports.free();
        members = "1@127.0.0.1:" + port;
        start("controller");
        for (int i = 0; i < 3; i++) {
            nodes.add(start("storage"));
        }
        bootstrap = start("gateway").bootstrap();
        RemoteController controller =
                RemoteController.connect(
                        List.of(new Member(1, new Endpoint("127.0.0.1", port))),
                        Duration.ofSeconds(30));
        connected = controller;
        Map<ConfigResource, List<Command.ConfigChange>> defaults =
                Map.of(
                        new ConfigResource(ConfigResource.Type.BROKER, ""),
                        List.of(
                                new Command.ConfigChange(
                                        "storage.replication.factor.max",
                                        Command.ConfigOp.SET,
                                        "3"),
                                new Command.ConfigChange(
                                        "default.replication.factor", Command.ConfigOp.SET, "3")));
        controller.submit(new Command.AlterConfigs(defaults, false, false)).get();
    }

    private BrokerProcess start(String role) throws Exception {
        Path own = Files.createDirectory(directory.resolve(role + processes.size()));
        BrokerProcess process =
                BrokerProcess.start(
                        BrokerOptions.in(own)
                                .withRole(role)
                                .withHeapMib(128)
                                .withSmallSegments()
                                .with("controller.members", members));
        processes.add(process);
        return process;
    }

    @AfterEach
    void stopAll() {
        if (connected != null) {
            connected.close();
        }
        processes.reversed().forEach(BrokerProcess::close);
    }

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void nothingAcknowledgedIsLostWhenLeadersAreKilledAndStopped() throws Exception {
        create("load");
        create("ledger");
        create("probe");
        List<TopicPartition> partitions = Clients.partitions("load", PARTITIONS);
        List<TopicPartition> ledger = Clients.partitions("ledger", PARTITIONS);
        awaitInSync(3);
        List<KillLoad> loads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            loads.add(new KillLoad(bootstrap, i, partitions, random.nextLong()));
        }
        TransactionalLoad teller =
                new TransactionalLoad(bootstrap, "teller", ledger, random.nextLong());
        KillWitness witness = new KillWitness(bootstrap, partitions);
        awaitMore(loads, witness);

        nodes.get(0).kill9();
        System.out.printf("writable again after kill -9: %d ms%n", writableMs());
        awaitMore(loads, witness);
        nodes.set(0, again(nodes.get(0)));
        awaitInSync(3);
        awaitMore(loads, witness);

        signal("STOP", nodes.get(1));
        System.out.printf("writable again after SIGSTOP: %d ms%n", writableMs());
        awaitInSync(2);
        awaitMore(loads, witness);
        signal("CONT", nodes.get(1));
        awaitInSync(3);
        awaitMore(loads, witness);

        int ended = teller.ended() + 2;
        await().atMost(SETTLED_MAX).until(() -> teller.ended() >= ended);
        for (KillLoad load : loads) {
            load.finish();
        }
        teller.finish();
        witness.finish();
        nodes.get(2).kill9();
        KillVerdict verdict = new KillVerdict(bootstrap, partitions);
        loads.forEach(verdict::requireAll);
        verdict.requireNothingElse(loads);
        verdict.requireUnchanged(witness.seen());
        assertThat(witness.seen()).isNotEmpty();
        TransactionVerdict.require(bootstrap, ledger, List.of(teller));
        processes.forEach(BrokerProcess::requireNoAlarms);
    }

    private BrokerProcess again(BrokerProcess killed) throws InterruptedException {
        BrokerProcess restarted = killed.restart();
        processes.add(restarted);
        return restarted;
    }

    private void create(String topic) throws Exception {
        try (Admin admin = Clients.admin(bootstrap)) {
            admin.createTopics(
                            List.of(
                                    new NewTopic(topic, PARTITIONS, (short) 3)
                                            .configs(Map.of("min.insync.replicas", "2"))))
                    .all()
                    .get();
        }
    }

    private static void signal(String name, BrokerProcess process) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    /// Every replicated shard is led, and has so many replicas in sync.
    private void awaitInSync(int replicas) {
        await().atMost(SETTLED_MAX)
                .untilAsserted(() -> {
                    ClusterImage image = requireNonNull(connected).metadata().image();
                    List<ShardState> shards =
                            image.shards().values().stream()
                                    .filter(ShardState::isReplicated)
                                    .toList();
                    assertThat(shards).isNotEmpty();
                    assertThat(shards)
                            .allMatch(shard ->
                                    shard.leader() != ShardState.NO_LEADER
                                            && shard.inSync().size() == replicas);
                });
    }

    private static void awaitMore(List<KillLoad> loads, KillWitness witness) {
        Map<KillLoad, Long> targets = new HashMap<>();
        loads.forEach(load -> targets.put(load, load.acknowledged() + RECORDS_BETWEEN));
        await().atMost(SETTLED_MAX)
                .until(() ->
                        witness.isFailed()
                                || loads.stream()
                                        .allMatch(load ->
                                                load.acknowledged()
                                                        >= requireNonNull(targets.get(load))));
    }

    /// How long until each partition has acknowledged a record that was sent to it now.
    private long writableMs() throws Exception {
        long begin = System.nanoTime();
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(
                        bootstrap,
                        Map.of(
                                "acks",
                                "all",
                                "request.timeout.ms",
                                "2000",
                                "delivery.timeout.ms",
                                "120000"))) {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                records.add(new ProducerRecord<>("probe", partition, null, Clients.bytes("p")));
            }
            Clients.sendAll(producer, records);
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }
}
