package io.quafka.controller.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.Controller;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.AllocateProducerIds;
import io.quafka.controller.model.Command.CreateTopics;
import io.quafka.controller.model.Command.NewTopic;
import io.quafka.controller.model.Command.RegisterNode;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EmbeddedControllerTest {
    private static final Uuid INCARNATION = new Uuid(7, 7);

    @TempDir Path directory;

    @Test
    void createsTopicsThatSurviveARestart() throws Exception {
        ClusterImage before;
        try (EmbeddedController controller = EmbeddedController.start(lone(directory))) {
            register(controller);
            create(controller, "orders", 12);
            before = controller.metadata().image();
            assertThat(before.clusterId()).isNotEmpty();
            assertThat(before.topic("orders")).isNotNull();
            assertThat(before.shards()).hasSize(2);
        }
        try (EmbeddedController controller = EmbeddedController.start(lone(directory))) {
            assertThat(controller.metadata().image()).isEqualTo(before);
        }
    }

    @Test
    void everythingAcknowledgedSurvivesACrash(@TempDir Path copy) throws Exception {
        try (EmbeddedController controller = EmbeddedController.start(lone(directory))) {
            register(controller);
            for (int i = 0; i < 20; i++) {
                create(controller, "topic-" + i, 3);
            }
            // What a crash at this moment leaves on the disk: nothing was closed.
            copyTree(directory, copy);
            ClusterImage acknowledged = controller.metadata().image();
            try (EmbeddedController again = EmbeddedController.start(lone(copy))) {
                assertThat(again.metadata().image()).isEqualTo(acknowledged);
            }
        }
    }

    @Test
    void snapshotsAndPurgedLogsGiveTheSameImage(@TempDir Path copy) throws Exception {
        try (EmbeddedController controller =
                EmbeddedController.start(lone(directory), System::nanoTime, 50)) {
            register(controller);
            for (int i = 0; i < 130; i++) {
                controller.submit(new AllocateProducerIds(1000)).get(10, TimeUnit.SECONDS);
            }
            create(controller, "after", 3);
            await().until(() -> countFiles(directory, "snapshot.") > 0);
            copyTree(directory, copy);
            ClusterImage acknowledged = controller.metadata().image();
            try (EmbeddedController again =
                    EmbeddedController.start(lone(copy), System::nanoTime, 50)) {
                assertThat(again.metadata().image()).isEqualTo(acknowledged);
                assertThat(again.metadata().image().nextProducerId()).isEqualTo(130_000);
            }
        }
    }

    @Test
    void aTopicOfTenThousandPartitionsIsVisibleAtOnce() throws Exception {
        try (EmbeddedController controller = EmbeddedController.start(lone(directory))) {
            register(controller);
            create(controller, "warm-up", 100);
            long start = System.nanoTime();
            create(controller, "wide", 10_000);
            Topic topic = Objects.requireNonNull(controller.metadata().image().topic("wide"));
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            assertThat(topic.partitionCount()).isEqualTo(10_000);
            assertThat(millis).isLessThan(500);
        }
    }

    @Test
    void aSecondControllerOnTheSameDirectoryIsRefused() throws Exception {
        try (EmbeddedController controller = EmbeddedController.start(lone(directory))) {
            assertThat(controller.leading()).isTrue();
            assertThatThrownBy(() -> EmbeddedController.start(lone(directory)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("in use by another process");
        }
    }

    @Test
    void aDirectoryOfAnotherClusterIsRefused() throws Exception {
        EmbeddedController.start(lone(directory)).close();
        ControllerConfig other =
                new ControllerConfig(
                        1,
                        lone(directory).members(),
                        directory,
                        false,
                        "another",
                        ControllerConfig.SESSION_TIMEOUT,
                        ControllerConfig.COMMAND_TIMEOUT);
        assertThatThrownBy(() -> EmbeddedController.start(other))
                .hasMessageContaining("belongs to cluster");
    }

    @Test
    void aDamagedLogIsNamedAndLeftAsItIs() throws Exception {
        try (EmbeddedController controller = EmbeddedController.start(lone(directory))) {
            register(controller);
            for (int i = 0; i < 20; i++) {
                create(controller, "topic-" + i, 3);
            }
        }
        try (var files = Files.walk(directory)) {
            // Without its snapshot the member has to read its log.
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith("snapshot.")) {
                    Files.delete(file);
                } else if (name.startsWith("log_")) {
                    byte[] bytes = Files.readAllBytes(file);
                    bytes[600] ^= 1;
                    Files.write(file, bytes);
                }
            }
        }
        assertThatThrownBy(() -> EmbeddedController.start(lone(directory)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is damaged")
                .hasMessageContaining(directory.toString());
    }

    @Test
    void aCommandTooLargeForTheLogIsRefused() throws Exception {
        try (EmbeddedController controller = EmbeddedController.start(lone(directory))) {
            NewTopic topic =
                    new NewTopic("t", 1, 1, Map.of(), Map.of("k", "v".repeat(2 << 20)), false);
            assertThat(controller.submit(new CreateTopics(List.of(topic), false)))
                    .failsWithin(Duration.ofSeconds(5))
                    .withThrowableThat()
                    .withMessageContaining("split it");
        }
    }

    @Test
    void aSilentNodeIsFencedAndItsNextHeartbeatBringsItBack() throws Exception {
        AtomicLong clock = new AtomicLong();
        ControllerConfig config =
                new ControllerConfig(
                        1,
                        lone(directory).members(),
                        directory,
                        false,
                        null,
                        Duration.ofMillis(400),
                        ControllerConfig.COMMAND_TIMEOUT);
        try (EmbeddedController controller = EmbeddedController.start(config, clock::get, 1000)) {
            int node = register(controller);
            int epoch = shard(controller).epoch();
            assertThat(controller.heartbeat(node, null).get(5, TimeUnit.SECONDS)).isTrue();
            assertThat(controller.heartbeat(99, null).get(5, TimeUnit.SECONDS)).isFalse();
            await().pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(50));
                        return node(controller, node).fenced();
                    });
            assertThat(shard(controller).leader()).isEqualTo(-1);
            assertThat(controller.heartbeat(node, null).get(5, TimeUnit.SECONDS)).isTrue();
            assertThat(node(controller, node).fenced()).isFalse();
            assertThat(shard(controller).leader()).isEqualTo(node);
            assertThat(shard(controller).epoch()).isGreaterThan(epoch);
        }
    }

    @Test
    void listenersSeeEveryImageOnceAndInOrder() throws Exception {
        try (EmbeddedController controller = EmbeddedController.start(lone(directory))) {
            List<ClusterImage[]> calls = new ArrayList<>();
            try (AutoCloseable _ =
                    controller
                            .metadata()
                            .subscribe((a, b) -> {
                                synchronized (calls) {
                                    calls.add(new ClusterImage[] {a, b});
                                }
                            })) {
                synchronized (calls) {
                    assertThat(calls).hasSize(1);
                    assertThat(calls.getFirst()[0]).isSameAs(ClusterImage.EMPTY);
                }
                register(controller);
                create(controller, "seen", 1);
                ClusterImage last = controller.metadata().image();
                await().untilAsserted(() -> {
                    synchronized (calls) {
                        assertThat(calls.getLast()[1]).isSameAs(last);
                    }
                });
                synchronized (calls) {
                    for (int i = 1; i < calls.size(); i++) {
                        assertThat(calls.get(i)[0]).isSameAs(calls.get(i - 1)[1]);
                    }
                }
            }
            long next = controller.metadata().image().version() + 1;
            var waiting = controller.metadata().awaitVersion(next);
            assertThat(waiting).isNotDone();
            create(controller, "later", 1);
            assertThat(waiting.get(5, TimeUnit.SECONDS).version()).isGreaterThanOrEqualTo(next);
        }
    }

    static ControllerConfig lone(Path directory) {
        return ControllerConfig.single(directory, null);
    }

    static int register(Controller controller) throws Exception {
        Reply.NodeRegistered reply =
                controller
                        .submit(
                                new RegisterNode(
                                        INCARNATION,
                                        Set.of(NodeRole.GATEWAY, NodeRole.STORAGE),
                                        new Endpoint("localhost", 9092),
                                        new Endpoint("localhost", 9093),
                                        null,
                                        2))
                        .get(20, TimeUnit.SECONDS);
        assertThat(reply.error()).isEqualTo(Errors.NONE);
        return reply.nodeId();
    }

    static Reply.Topics create(Controller controller, String name, int partitions)
            throws Exception {
        Reply.Topics reply =
                controller
                        .submit(
                                new CreateTopics(
                                        List.of(
                                                new NewTopic(
                                                        name,
                                                        partitions,
                                                        1,
                                                        Map.of(),
                                                        Map.of("retention.ms", "60000"),
                                                        false)),
                                        false))
                        .get(20, TimeUnit.SECONDS);
        assertThat(reply.outcomes()).allMatch(outcome -> outcome.error() == Errors.NONE);
        return reply;
    }

    private static ShardState shard(Controller controller) {
        return Objects.requireNonNull(controller.metadata().image().shard(1));
    }

    private static Node node(Controller controller, int id) {
        return Objects.requireNonNull(controller.metadata().image().node(id));
    }

    static long countFiles(Path root, String prefix) throws IOException {
        try (var files = Files.walk(root)) {
            return files.filter(f -> f.getFileName().toString().startsWith(prefix)).count();
        }
    }

    static void copyTree(Path from, Path to) throws IOException {
        Files.walkFileTree(
                from,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attrs)
                            throws IOException {
                        Files.createDirectories(to.resolve(from.relativize(dir)));
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attrs)
                            throws IOException {
                        Files.copy(file, to.resolve(from.relativize(file)));
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
