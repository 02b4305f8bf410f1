package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.s3server.FaultyLink;
import io.quafka.s3server.FaultyLink.Mode;
import io.quafka.s3server.S3Faults.Kind;
import io.quafka.s3server.S3Server;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/// An S3 that misbehaves, behind a network that does, and a broker that is killed: producing goes
/// on on the local disk, nothing is lost, and once all is well again nothing is left over in the
/// bucket. `-Dquafka.bad.store=true` runs what takes longer too.
@Tag("broker")
class BadStoreTest {
    private static final String TOPIC = "history";
    private static final String LONG = "quafka.bad.store";
    private static final String FAILURES = "quafka_tiering_failures_total";
    private static final Duration WITHIN = Duration.ofSeconds(120);

    @TempDir private Path directory;

    private final CheckedTopic topic = new CheckedTopic(TOPIC, 3);
    private S3Server server;
    private FaultyLink link;

    @BeforeEach
    void start() throws Exception {
        server = S3Server.inMemory();
        link = FaultyLink.to(server.port());
    }

    @AfterEach
    void stop() throws Exception {
        link.close();
        server.close();
    }

    private BrokerOptions options(String secretKey) throws Exception {
        return CheckedTopic.inBucket(
                        BrokerOptions.in(directory),
                        CheckedTopic.s3(link.port(), secretKey, directory.resolve("secret")))
                .with("tiering.s3.timeout", "1s")
                .with("tiering.retry.max", "1s")
                .with("tiering.sweep.interval", "1s")
                .with("tiering.sweep.age", "5s");
    }

    private void awaitNothingLeftOver() {
        await().atMost(WITHIN)
                .untilAsserted(() -> {
                    assertThat(server.keys("tests/"))
                            .filteredOn(key -> key.contains("/shard-"))
                            .isEmpty();
                    assertThat(server.uploadsGoingOn()).isZero();
                });
    }

    /// Fills the topic while the store fails, and waits until the broker has met with that.
    private void fillThroughFailures(BrokerProcess broker) throws Exception {
        double before = Metrics.read(broker, FAILURES);
        topic.fill(broker.bootstrap(), 60);
        await().atMost(WITHIN).until(() -> Metrics.read(broker, FAILURES) > before);
    }

    @Test
    void producingGoesOnNothingIsLostAndNothingIsLeftOver() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(options(S3Server.SECRET_KEY))) {
            topic.create(broker.bootstrap());
            topic.fill(broker.bootstrap(), 150);
            topic.awaitNothingLocal(broker.bootstrap());
            List<Mode> modes =
                    Boolean.getBoolean(LONG)
                            ? List.of(Mode.RESET, Mode.HANG, Mode.SLOW, Mode.ANSWERS_LOST)
                            : List.of(Mode.ANSWERS_LOST);
            for (Mode mode : modes) {
                link.set(mode);
                fillThroughFailures(broker);
            }
            link.set(Mode.PASS);
            server.faults().expect(Kind.SLOW_DOWN, 12);
            server.faults().expect(Kind.LOST_ANSWER, 4);
            server.faults().expect(Kind.PARTIAL_DELETE, 2);
            for (int cut = 0; cut < 3; cut++) {
                link.cutAfter(300_000);
                topic.fill(broker.bootstrap(), 60);
            }
            topic.awaitNothingLocal(broker.bootstrap());
            assertThat(server.faults().happened()).isGreaterThanOrEqualTo(16);
            server.faults().expect(Kind.CUT_READ, 3);
            topic.assertAllThere(broker.bootstrap());

            server.faults().expect(Kind.PARTIAL_DELETE, 2);
            Clients.deleteTopic(broker.bootstrap(), TOPIC);
            awaitNothingLeftOver();
            broker.terminate();
        }
    }

    @Test
    @EnabledIfSystemProperty(named = LONG, matches = "true")
    void killsAndAStoreThatDoesNotKnowUsLoseNothing() throws Exception {
        BrokerOptions options = options(S3Server.SECRET_KEY);
        BrokerOptions nothingLeaves = options.with("storage.retention.interval", "1h");
        try (BrokerProcess broker = BrokerProcess.start(nothingLeaves)) {
            topic.create(broker.bootstrap());
            topic.fill(broker.bootstrap(), 300);
            topic.awaitTiered(broker.bootstrap());
            broker.kill9();
        }
        try (BrokerProcess again = BrokerProcess.start(options)) {
            topic.assertAllThere(again.bootstrap());
            topic.awaitNothingLocal(again.bootstrap());
            topic.assertAllThere(again.bootstrap());
            again.kill9();
        }
        try (BrokerProcess denied = BrokerProcess.start(options("another secret"))) {
            fillThroughFailures(denied);
            topic.fill(denied.bootstrap(), 60);
            denied.kill9();
        }
        BrokerOptions nowhere = options(S3Server.SECRET_KEY).with("tiering.s3.bucket", "gone");
        try (BrokerProcess bucketless = BrokerProcess.start(nowhere)) {
            fillThroughFailures(bucketless);
            topic.fill(bucketless.bootstrap(), 60);
            bucketless.kill9();
        }
        try (BrokerProcess last = BrokerProcess.start(options)) {
            topic.awaitNothingLocal(last.bootstrap());
            topic.assertAllThere(last.bootstrap());
            Clients.deleteTopic(last.bootstrap(), TOPIC);
            awaitNothingLeftOver();
            last.terminate();
        }
    }

    /// Kills while uploads, commits and deletions are going on over a link that breaks: what was
    /// begun is ended by the next life of the broker.
    @Test
    @EnabledIfSystemProperty(named = LONG, matches = "true")
    void killsAtAnyMomentOverABrokenLinkLeaveNothing() throws Exception {
        BrokerOptions options = options(S3Server.SECRET_KEY);
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            topic.create(broker.bootstrap());
            broker.terminate();
        }
        List<Mode> modes = List.of(Mode.ANSWERS_LOST, Mode.HANG, Mode.PASS, Mode.ANSWERS_LOST);
        for (int life = 0; life < modes.size(); life++) {
            try (BrokerProcess broker = BrokerProcess.start(options)) {
                topic.fill(broker.bootstrap(), 150);
                link.set(modes.get(life));
                topic.fill(broker.bootstrap(), 90);
                server.faults().expect(Kind.LOST_ANSWER, 2);
                broker.kill9();
            }
            link.set(Mode.PASS);
        }
        try (BrokerProcess last = BrokerProcess.start(options)) {
            topic.awaitNothingLocal(last.bootstrap());
            topic.assertAllThere(last.bootstrap());
            Clients.deleteTopic(last.bootstrap(), TOPIC);
            awaitNothingLeftOver();
            last.terminate();
        }
    }
}
