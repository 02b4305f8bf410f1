package io.quafka.controller.raft;

import static io.quafka.controller.raft.EmbeddedControllerTest.register;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quafka.controller.model.Endpoint;
import io.quafka.controller.raft.ControllerConfig.Member;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SeedsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final String NAME = "controllers.test";

    @TempDir Path directory;

    private final Map<String, List<String>> names = new ConcurrentHashMap<>();

    private InetAddress[] addresses(String host) throws UnknownHostException {
        List<String> literals = names.get(host);
        if (literals == null) {
            throw new UnknownHostException(host);
        }
        InetAddress[] found = new InetAddress[literals.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = InetAddress.getByName(literals.get(i));
        }
        return found;
    }

    private Seeds seeds(Endpoint... seeds) {
        return new Seeds(List.of(seeds), this::addresses, null);
    }

    private EmbeddedController member(int id, Endpoint listen) throws IOException {
        return EmbeddedController.start(
                new ControllerConfig(
                        id,
                        List.of(new Member(id, listen)),
                        directory.resolve("member-" + id),
                        false,
                        null,
                        Duration.ofSeconds(60),
                        TIMEOUT));
    }

    @Test
    void aMemberBehindOneOfANamesAddressesIsEnough() throws Exception {
        Endpoint listen = RemoteControllerTest.freePorts(1).getFirst();
        names.put(NAME, List.of("127.0.0.7", "127.0.0.1"));
        Seeds seeds =
                seeds(
                        new Endpoint("nowhere.test", listen.port()),
                        new Endpoint(NAME, listen.port()));
        assertThatThrownBy(seeds::members)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.7:" + listen.port())
                .hasMessageContaining("no address for [nowhere.test]");
        // It may come before those whom it asks for.
        try (RemoteController remote = RemoteController.connect(seeds, TIMEOUT, null);
                EmbeddedController server = member(3, listen)) {
            assertThat(remote.metadata().awaitVersion(1).get(20, TimeUnit.SECONDS).clusterId())
                    .isEqualTo(server.metadata().image().clusterId());
            assertThat(seeds.members()).containsExactly(new Member(3, listen));
            register(remote);
        }
    }

    @Test
    void whereNobodyLeadsTheNameIsLookedUpAgain() throws Exception {
        List<Endpoint> listen = RemoteControllerTest.freePorts(2);
        names.put("old.test", List.of("127.0.0.1"));
        Seeds seeds =
                seeds(
                        new Endpoint("old.test", listen.getFirst().port()),
                        new Endpoint(NAME, listen.getLast().port()));
        try (EmbeddedController old = member(1, listen.getFirst());
                EmbeddedController next = member(2, listen.getLast())) {
            RaftLink link = new RaftLink(seeds, null);
            try {
                assertThat(clusterId(link)).isEqualTo(old.metadata().image().clusterId());
                names.put(NAME, List.of("127.0.0.1"));
                names.remove("old.test");
                assertThat(clusterId(link)).isEqualTo(old.metadata().image().clusterId());
                link.findMembers();
                assertThat(clusterId(link)).isEqualTo(next.metadata().image().clusterId());
            } finally {
                link.close();
            }
        }
    }

    private static String clusterId(RaftLink link) throws IOException {
        return Update.decode(link.ask(new Query.Follow(0, 0)).getContent().asReadOnlyByteBuffer())
                .applyTo(io.quafka.controller.model.ClusterImage.EMPTY)
                .clusterId();
    }
}
