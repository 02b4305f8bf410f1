package io.quafka.controller.raft;

import static io.quafka.controller.raft.EmbeddedControllerTest.countFiles;
import static io.quafka.controller.raft.EmbeddedControllerTest.create;
import static io.quafka.controller.raft.EmbeddedControllerTest.register;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Endpoint;
import io.quafka.controller.raft.ControllerConfig.Member;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class RemoteControllerTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir Path directory;

    private static final int SNAPSHOT_ENTRIES = 20;

    @Test
    void commandsAndChangesCrossTheNetwork() throws Exception {
        Endpoint listen = freePorts(1).getFirst();
        List<Member> members = List.of(new Member(1, listen));
        try (EmbeddedController server =
                        EmbeddedController.start(ControllerConfig.single(directory, listen));
                RemoteController remote = RemoteController.connect(members, TIMEOUT);
                RemoteController follower = RemoteController.connect(members, TIMEOUT)) {
            int node = register(remote);
            assertThat(remote.heartbeat(node, null).get(10, TimeUnit.SECONDS)).isTrue();
            assertThat(remote.heartbeat(77, null).get(10, TimeUnit.SECONDS)).isFalse();
            long version = create(remote, "far", 10_000).version();
            for (int i = 0; i < 5; i++) {
                version = create(remote, "far-" + i, 4).version();
            }
            ClusterImage here = server.metadata().image();
            assertThat(here.version()).isEqualTo(version);
            assertThat(remote.metadata().awaitVersion(version).get(10, TimeUnit.SECONDS))
                    .isEqualTo(here);
            assertThat(follower.metadata().awaitVersion(version).get(10, TimeUnit.SECONDS))
                    .isEqualTo(here);
        }
    }

    @Test
    void withoutAControllerCommandsTimeOut() throws Exception {
        List<Member> members = List.of(new Member(1, freePorts(1).getFirst()));
        try (RemoteController remote = RemoteController.connect(members, Duration.ofMillis(700))) {
            assertThat(remote.submit(new Command.AllocateProducerIds(1)))
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withCauseInstanceOf(TimeoutException.class);
        }
    }

    @Test
    void threeMembersOutliveTheirLeader() throws Exception {
        List<Endpoint> endpoints = freePorts(3);
        List<Member> members = new ArrayList<>();
        for (int id = 1; id <= 3; id++) {
            members.add(new Member(id, endpoints.get(id - 1)));
        }
        List<EmbeddedController> group = new ArrayList<>();
        RemoteController remote = null;
        try {
            for (Member member : members) {
                group.add(EmbeddedController.start(config(member.id(), members)));
            }
            remote = RemoteController.connect(members, TIMEOUT);
            int node = register(remote);
            long before = create(remote, "before", 7).version();
            EmbeddedController leader =
                    group.stream().filter(EmbeddedController::leading).findFirst().orElseThrow();
            leader.close();
            group.remove(leader);

            // From a member that may not lead, and from outside.
            long after = create(group.getFirst(), "after", 5).version();
            assertThat(after).isGreaterThan(before);
            long last = create(remote, "last", 5).version();
            for (EmbeddedController member : group) {
                ClusterImage image = member.metadata().awaitVersion(last).get(20, TimeUnit.SECONDS);
                assertThat(image.topicsByName()).containsKeys("before", "after", "last");
            }
            ClusterImage seen = remote.metadata().awaitVersion(last).get(20, TimeUnit.SECONDS);
            assertThat(seen).isEqualTo(group.getFirst().metadata().image());
            await().until(() -> group.stream().filter(EmbeddedController::leading).count() == 1);

            // By way of the leader and of who follows it; from nobody once there is no majority.
            for (EmbeddedController member : group) {
                assertThat(member.heartbeat(node, null).get(20, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(remote.heartbeat(node, null).get(20, TimeUnit.SECONDS)).isTrue();
            group.removeLast().close();
            await().untilAsserted(() ->
                    assertThat(
                                    group.getFirst()
                                            .heartbeat(node, null)
                                            .copy()
                                            .orTimeout(5, TimeUnit.SECONDS))
                            .failsWithin(Duration.ofSeconds(10)));
        } finally {
            if (remote != null) {
                remote.close();
            }
            group.forEach(EmbeddedController::close);
        }
    }

    /// Members are replaced one by one; what they need is in a snapshot only, as their leader's log
    /// begins after it.
    @Test
    void membersAreReplacedAndCatchUpFromASnapshot() throws Exception {
        List<Endpoint> endpoints = freePorts(3);
        Member first = new Member(1, endpoints.get(0));
        Member second = new Member(2, endpoints.get(1));
        Member third = new Member(3, endpoints.get(2));
        List<EmbeddedController> group = new ArrayList<>();
        try {
            group.add(start(config(1, List.of(first), false)));
            register(group.getFirst());
            create(group.getFirst(), "early", 2);
            fillLog(group.getFirst());
            await().until(() -> {
                Path log = directory.resolve("member-1");
                return countFiles(log, "log_0-") + countFiles(log, "log_inprogress_0") == 0;
            });
            var quorum = new Quorum(List.of(first), TIMEOUT);
            assertThatThrownBy(() -> quorum.add(second)).hasMessageContaining("start it first");
            group.add(start(config(2, List.of(first, second), true)));
            quorum.add(second);
            assertThatThrownBy(() -> quorum.add(second)).hasMessageContaining("already");
            group.add(start(config(3, List.of(first, third), true)));
            quorum.add(third);
            long all = create(group.getFirst(), "all", 1).version();
            for (EmbeddedController member : group) {
                assertThat(member.metadata().awaitVersion(all).get(20, TimeUnit.SECONDS))
                        .isEqualTo(group.getFirst().metadata().image());
            }
            assertThat(quorum.members())
                    .extracting(Quorum.MemberState::id)
                    .containsExactly(1, 2, 3);

            // The first, which leads, is told to go; the others go on.
            quorum.remove(1);
            group.removeFirst().close();
            var rest = new Quorum(List.of(third), TIMEOUT);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> rest.members().stream().anyMatch(Quorum.MemberState::leads));
            assertThat(rest.members()).extracting(Quorum.MemberState::id).containsExactly(2, 3);
            long late = create(group.getLast(), "late", 1).version();
            for (EmbeddedController member : group) {
                assertThat(
                                member.metadata()
                                        .awaitVersion(late)
                                        .get(20, TimeUnit.SECONDS)
                                        .topicsByName())
                        .containsOnlyKeys("early", "all", "late");
            }
            assertThatThrownBy(() -> rest.remove(1)).hasMessageContaining("no member 1");
        } finally {
            group.forEach(EmbeddedController::close);
        }
    }

    /// With commands that are refused when they are decided: more than a segment of Ratis' log.
    private static void fillLog(EmbeddedController controller) throws Exception {
        Map<String, String> configs = Map.of("no.such.config", "v".repeat(900_000));
        var refused = new Command.NewTopic("big", 1, 1, Map.of(), configs, false);
        for (int i = 0; i < SNAPSHOT_ENTRIES; i++) {
            controller
                    .submit(new Command.CreateTopics(List.of(refused), false))
                    .get(20, TimeUnit.SECONDS);
        }
    }

    private static EmbeddedController start(ControllerConfig config) throws IOException {
        return EmbeddedController.start(config, System::nanoTime, SNAPSHOT_ENTRIES);
    }

    private ControllerConfig config(int id, List<Member> members) {
        return config(id, members, false);
    }

    private ControllerConfig config(int id, List<Member> members, boolean joining) {
        return new ControllerConfig(
                id,
                members,
                directory.resolve("member-" + id),
                joining,
                null,
                Duration.ofSeconds(60),
                TIMEOUT);
    }

    static List<Endpoint> freePorts(int count) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            held.add(socket);
            endpoints.add(new Endpoint("127.0.0.1", socket.getLocalPort()));
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        return endpoints;
    }
}
