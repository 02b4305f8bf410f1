package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.raft.ControllerConfig.Member;
import io.quafka.controller.raft.MemberSource;
import io.quafka.controller.raft.RaftTls;
import io.quafka.controller.raft.RemoteController;
import io.quafka.wire.tls.TlsConfig;
import io.quafka.wire.tls.TlsEngines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/// A controller, three storage nodes or more and a gateway, each in a process of its own, which
/// speak mutual TLS to each other, three replicas of what [#create] makes and of internal topics,
/// by the settings that the cluster was formed with.
final class ReplicatedProcesses implements AutoCloseable {
    static final Duration SETTLED_MAX = Duration.ofSeconds(120);
    static final int NODES = 3;
    private static final int REPLICAS = 3;

    private final Path directory;
    private final List<BrokerProcess> processes = new ArrayList<>();
    private final List<BrokerProcess> nodes = new ArrayList<>();
    private final List<Path> storages = new ArrayList<>();
    private final String members;
    private final BrokerProcess gateway;
    private final Certificates authority;
    private final TlsEngines tls;
    private final RemoteController controller;

    ReplicatedProcesses(Path directory) throws Exception {
        this(directory, NODES);
    }

    /// @param count of storage nodes
    ReplicatedProcesses(Path directory, int count) throws Exception {
        this.directory = directory;
        authority = Certificates.authority(directory, "nodes").signForNoHost("node", "CN=node");
        tls =
                TlsEngines.open(
                        new TlsConfig(
                                authority.chain("node"),
                                authority.key("node"),
                                null,
                                authority.trust(),
                                null,
                                TlsConfig.ClientAuth.REQUIRED),
                        SETTLED_MAX);
        int port = Ports.free();
        members = "1@127.0.0.1:" + port;
        try {
            launch("controller");
            for (int i = 0; i < count; i++) {
                addNode();
            }
            gateway = launch("gateway");
            for (BrokerProcess process : processes) {
                process.awaitReady();
            }
            controller =
                    RemoteController.connect(
                            MemberSource.of(
                                    List.of(new Member(1, new Endpoint("127.0.0.1", port)))),
                            Duration.ofSeconds(30),
                            new RaftTls(tls.keys(), tls.trust()));
        } catch (Exception | AssertionError e) {
            processes.forEach(BrokerProcess::close);
            throw e;
        }
    }

    /// Starts one more storage node, without waiting for it.
    BrokerProcess addNode() throws Exception {
        storages.add(directory.resolve("storage" + processes.size()));
        BrokerProcess node = launch("storage");
        nodes.add(node);
        return node;
    }

    private BrokerProcess launch(String role) throws Exception {
        Path own = Files.createDirectory(directory.resolve(role + processes.size()));
        BrokerProcess process =
                BrokerProcess.launch(
                        BrokerOptions.in(own)
                                .withRole(role)
                                .withHeapMib(128)
                                .withSmallSegments()
                                .with("controller.members", members)
                                .with(
                                        "node.tls.certificate.file",
                                        authority.chain("node").toString())
                                .with("node.tls.key.file", authority.key("node").toString())
                                .with("node.tls.trust.file", authority.trust().toString()));
        processes.add(process);
        return process;
    }

    String bootstrap() {
        return gateway.bootstrap();
    }

    /// A storage node, by its place among them.
    BrokerProcess node(int place) {
        return nodes.get(place);
    }

    /// Starts a storage node again whose process has ended.
    void restart(int place) throws InterruptedException {
        BrokerProcess restarted = nodes.get(place).restart();
        processes.add(restarted);
        nodes.set(place, restarted);
    }

    /// Takes logs and index of a storage node away whose process has ended.
    void loseShards(int place) throws IOException {
        Path lost = storages.get(place).resolve("data").resolve("storage");
        assertThat(lost).isDirectory();
        Files.move(lost, storages.get(place).resolve("lost-" + System.nanoTime()));
    }

    /// Waits until a storage node's process has logged something.
    void awaitLogged(int place, String text) {
        await().atMost(SETTLED_MAX)
                .until(() -> node(place).errors().stream().anyMatch(line -> line.contains(text)));
    }

    /// What the controller knows.
    ClusterImage image() {
        return controller.metadata().image();
    }

    ShardState shardOf(String topic, int partition) {
        ClusterImage image = image();
        return requireNonNull(image.shardOf(requireNonNull(image.topic(topic)), partition));
    }

    /// The place of the storage node that leads a partition.
    int leaderOf(String topic, int partition) {
        int leader = shardOf(topic, partition).leader();
        int port = requireNonNull(requireNonNull(image().node(leader)).storage()).port();
        for (int place = 0; place < nodes.size(); place++) {
            if (nodes.get(place).port() == port) {
                return place;
            }
        }
        throw new AssertionError("no process listens on " + port);
    }

    void create(String topic, int partitions) throws Exception {
        try (Admin admin = Clients.admin(bootstrap())) {
            admin.createTopics(
                            List.of(
                                    new NewTopic(topic, partitions, (short) REPLICAS)
                                            .configs(Map.of("min.insync.replicas", "2"))))
                    .all()
                    .get();
        }
    }

    /// Waits until every replicated shard is led, and has so many replicas in sync.
    void awaitInSync(int replicas) {
        await().atMost(SETTLED_MAX)
                .untilAsserted(() -> {
                    List<ShardState> shards =
                            controller.metadata().image().shards().values().stream()
                                    .filter(ShardState::isReplicated)
                                    .toList();
                    assertThat(shards).isNotEmpty();
                    assertThat(shards)
                            .allMatch(shard ->
                                    shard.leader() != ShardState.NO_LEADER
                                            && shard.inSync().size() == replicas);
                });
    }

    /// How long until each partition of a topic has acknowledged a record that was sent to it now.
    long writableMs(String topic, int partitions, Map<String, String> settings) throws Exception {
        long begin = System.nanoTime();
        try (KafkaProducer<byte[], byte[]> producer = Clients.producer(bootstrap(), settings)) {
            List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
            for (int partition = 0; partition < partitions; partition++) {
                records.add(new ProducerRecord<>(topic, partition, null, Clients.bytes("p")));
            }
            Clients.sendAll(producer, records);
        }
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    void requireNoAlarms() {
        processes.forEach(BrokerProcess::requireNoAlarms);
    }

    /// As the other, for the storage nodes alone: Ratis tells of clients that are killed with a
    /// stack trace, now and then.
    void requireNoAlarmsOfStorage() {
        nodes.forEach(BrokerProcess::requireNoAlarms);
    }

    @Override
    public void close() {
        controller.close();
        tls.close();
        processes.reversed().forEach(BrokerProcess::close);
    }
}
