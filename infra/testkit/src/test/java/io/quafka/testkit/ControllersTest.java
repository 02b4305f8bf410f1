package io.quafka.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Endpoint;
import io.quafka.controller.raft.ControllerConfig.Member;
import io.quafka.controller.raft.Quorum;
import io.quafka.controller.raft.Quorum.MemberState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three members of the controller, each a process, under a storage node and a gateway. Leaders are
/// killed, and a member is replaced.
@Tag("broker")
class ControllersTest {
    private static final Duration SETTLED_MAX = Duration.ofSeconds(60);
    private static final int RECORDS = 500;

    @TempDir private Path directory;

    private final Map<Integer, Member> members = new TreeMap<>();
    private final Map<Integer, BrokerProcess> controllers = new TreeMap<>();
    private final List<BrokerProcess> others = new ArrayList<>();

    @AfterEach
    void stopAll() {
        others.reversed().forEach(BrokerProcess::close);
        controllers.values().forEach(BrokerProcess::close);
    }

    private BrokerOptions options(String role, String name) throws Exception {
        return BrokerOptions.in(Files.createDirectories(directory.resolve(name)))
                .withRole(role)
                .withHeapMib(128)
                .with("controller.members", told())
                .with("controller.session.timeout", "10s");
    }

    private String told() {
        return members.values().stream()
                .map(member -> member.id() + "@" + member.endpoint())
                .collect(Collectors.joining(","));
    }

    private void name(int id) {
        members.put(id, new Member(id, new Endpoint("127.0.0.1", Ports.free())));
    }

    private BrokerProcess controller(int id, boolean joining) throws Exception {
        BrokerProcess process =
                BrokerProcess.launch(
                        options("controller", "controller-" + id)
                                .with("controller.member.id", Integer.toString(id))
                                .with("controller.join", Boolean.toString(joining)));
        controllers.put(id, process);
        return process;
    }

    private Quorum quorum() {
        return new Quorum(List.copyOf(members.values()), Duration.ofSeconds(30));
    }

    private int leader() {
        await().atMost(SETTLED_MAX)
                .until(() -> quorum().members().stream().anyMatch(MemberState::leads));
        return quorum().members().stream()
                .filter(MemberState::leads)
                .findFirst()
                .orElseThrow()
                .id();
    }

    private void killLeader() throws InterruptedException {
        BrokerProcess leader = requireNonNull(controllers.remove(leader()));
        leader.requireNoAlarms();
        leader.kill9();
    }

    @Test
    void topicsAreMadeWhileLeadersDieAndMembersAreReplaced() throws Exception {
        for (int id = 1; id <= 3; id++) {
            name(id);
        }
        for (int id : members.keySet()) {
            controller(id, false);
        }
        for (BrokerProcess controller : controllers.values()) {
            controller.awaitReady();
        }
        BrokerProcess storage = BrokerProcess.start(options("storage", "storage"));
        others.add(storage);
        BrokerProcess gateway =
                BrokerProcess.start(options("gateway", "gateway").withPort(Ports.free()));
        others.add(gateway);
        use(gateway, "first");

        killLeader();
        use(gateway, "second");

        // A fourth takes the place of the killed one, with a disk of its own.
        int dead =
                List.of(1, 2, 3).stream()
                        .filter(id -> !controllers.containsKey(id))
                        .toList()
                        .getFirst();
        name(4);
        controller(4, true).awaitReady();
        Quorum quorum = quorum();
        quorum.add(requireNonNull(members.get(4)));
        quorum.remove(dead);
        members.remove(dead);
        assertThat(quorum.members())
                .extracting(MemberState::id)
                .containsExactlyElementsOf(members.keySet());
        use(gateway, "third");

        // Two of three are enough, and the new one is one of them.
        killLeader();
        use(gateway, "fourth");

        // All are killed at once, and come back.
        for (BrokerProcess process : controllers.values()) {
            process.kill9();
        }
        gateway.kill9();
        storage.kill9();
        for (int id : List.copyOf(controllers.keySet())) {
            controller(id, false);
        }
        others.clear();
        others.add(BrokerProcess.start(storage.options().with("controller.members", told())));
        // This one is told of one of them, and not which one that is.
        Endpoint any = requireNonNull(members.get(4)).endpoint();
        others.add(
                BrokerProcess.start(
                        gateway.options()
                                .with(
                                        "controller.members",
                                        "localhost:" + requireNonNull(any).port())));
        BrokerProcess back = others.getLast();
        for (String topic : List.of("first", "second", "third", "fourth")) {
            assertThat(Clients.readAll(back.bootstrap(), Clients.partitions(topic, 2)))
                    .hasSize(RECORDS);
        }
        use(back, "fifth");
        others.forEach(BrokerProcess::requireNoAlarms);
    }

    /// Makes a topic and writes to it.
    private static void use(BrokerProcess gateway, String topic) throws Exception {
        Clients.createTopic(gateway.bootstrap(), topic, 2, Map.of());
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < RECORDS; i++) {
            records.add(new ProducerRecord<>(topic, Clients.bytes("r" + i)));
        }
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(gateway.bootstrap(), Map.of())) {
            Clients.sendAll(producer, records);
        }
    }
}
