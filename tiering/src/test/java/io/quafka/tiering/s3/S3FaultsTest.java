package io.quafka.tiering.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.quafka.s3server.FaultyLink;
import io.quafka.s3server.S3Faults.Kind;
import io.quafka.s3server.S3Server;
import io.quafka.tiering.store.CountingMeter;
import io.quafka.tiering.store.ObjectAbsentException;
import io.quafka.tiering.store.ObjectInfo;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.ObjectUpload;
import io.quafka.tiering.store.StoreBusyException;
import io.quafka.tiering.store.StoreDeniedException;
import io.quafka.tiering.store.StoreException;
import io.quafka.tiering.store.StoreMeter;
import io.quafka.tiering.store.StoreOperation;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.SdkGlobalTime;

/// A store and a network that misbehave: calls end in bounded time with an exception that says what
/// to do, and nobody ever sees half an object.
class S3FaultsTest {
    private static final int LARGE = 12 << 20;
    private static final int MANY = 1_000;

    /// More than S3 takes.
    private static final int SKEW_SECONDS = 3_600;

    /// Calls end after `callTimeout`; the rest is for a machine that is busy.
    private static final Duration BOUND = Duration.ofSeconds(12);

    private static final S3Limits IMPATIENT =
            new S3Limits(
                    S3Limits.PART_BYTES_MIN,
                    2,
                    8,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(3),
                    3);

    private static S3Server server;

    private final CountingMeter meter = new CountingMeter();
    private ObjectStore store;
    private FaultyLink link;
    private ObjectStore remote;

    @BeforeAll
    static void start() throws Exception {
        server = S3Server.inMemory();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @BeforeEach
    void open() throws Exception {
        server.empty();
        store = S3Store.open(TestConfigs.of(server.endpoint(), ""), meter);
        link = FaultyLink.to(server.port());
        URI far = URI.create("http://127.0.0.1:" + link.port());
        remote = S3Store.open(TestConfigs.of(far, "", IMPATIENT), StoreMeter.NONE);
    }

    @AfterEach
    void close() throws Exception {
        for (Kind kind : Kind.values()) {
            server.faults().expect(kind, 0);
        }
        link.close();
        remote.close();
        store.sweepUploads(Duration.ZERO);
        assertThat(server.uploadsGoingOn()).isZero();
        store.close();
    }

    @Test
    void slowsDownAndSucceeds() throws Exception {
        server.faults().expect(Kind.SLOW_DOWN, 2);
        put(store, "slow", 1_000);
        assertThat(meter.count(StoreOperation.PUT)).isEqualTo(3);
        assertThat(meter.failures()).isEqualTo(2);
        assertThat(store.head("slow").size()).isEqualTo(1_000);
    }

    @Test
    void givesUpOnAStoreThatStaysBusy() throws Exception {
        server.faults().expect(Kind.SLOW_DOWN, MANY);
        within(() -> assertBusy(() -> put(store, "busy", 1_000)));
        within(() -> assertBusy(() -> read(store, "busy")));
        within(() -> assertBusy(() -> store.list("", null)));
        within(() -> assertBusy(() -> store.delete(List.of("busy"))));
        within(() -> assertBusy(() -> put(store, "busy", LARGE)));
        server.faults().expect(Kind.SLOW_DOWN, 0);
        assertThat(store.list("", null).objects()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, LARGE})
    void storesOnceThoughTheAnswerIsLost(int size) throws Exception {
        server.faults().expect(Kind.LOST_ANSWER, 1);
        put(store, "lost", size);
        assertThat(read(store, "lost")).isEqualTo(content(size));
        assertThat(server.faults().happened()).isPositive();
    }

    @Test
    void completesThoughTheAnswerToThatIsLost() throws Exception {
        try (ObjectUpload upload = store.create("completed")) {
            upload.write(ByteBuffer.wrap(content(S3Limits.PART_BYTES_MIN)));
            upload.write(ByteBuffer.wrap(content(1)));
            // Two answers of the last part and of the completion, whichever comes first.
            server.faults().expect(Kind.LOST_ANSWER, 2);
            assertThat(upload.commit().size()).isEqualTo(S3Limits.PART_BYTES_MIN + 1);
        }
        assertThat(store.head("completed").size()).isEqualTo(S3Limits.PART_BYTES_MIN + 1);
    }

    @Test
    void knowsItsOwnConditionalPutAgain() throws Exception {
        server.faults().expect(Kind.LOST_ANSWER, 1);
        assertThat(store.putIfAbsent("own", ByteBuffer.wrap(content(100)))).isTrue();
        assertThat(store.putIfAbsent("own", ByteBuffer.wrap(content(101)))).isFalse();
        assertThat(read(store, "own")).isEqualTo(content(100));
    }

    @Test
    void readsAgainWhatWasCut() throws Exception {
        put(store, "cut", 100_000);
        server.faults().expect(Kind.CUT_READ, 1);
        assertThat(read(store, "cut")).isEqualTo(content(100_000));
    }

    @Test
    void tellsOfDeletionsThatFailed() throws Exception {
        for (int i = 0; i < 6; i++) {
            put(store, "d/" + i, 10);
        }
        List<String> keys = List.of("d/0", "d/1", "d/2", "d/3", "d/4", "d/5");
        server.faults().expect(Kind.PARTIAL_DELETE, 1);
        assertBusy(() -> store.delete(keys));
        assertThat(store.list("", null).objects()).hasSize(3);
        store.delete(keys);
        assertThat(store.list("", null).objects()).isEmpty();
    }

    @Test
    void isToldThatItsCredentialsAreWrong() {
        S3Config config = TestConfigs.of(server.endpoint(), "");
        for (S3Credentials wrong :
                List.of(
                        new S3Credentials.Static(S3Server.ACCESS_KEY, "wrong", null),
                        new S3Credentials.Static("nobody", S3Server.SECRET_KEY, null),
                        new S3Credentials.Profile("no-such-profile"))) {
            try (ObjectStore denied =
                    S3Store.open(
                            new S3Config(
                                    config.location(), wrong, config.handling(), config.limits()),
                            StoreMeter.NONE)) {
                assertDenied(() -> put(denied, "denied", 10));
                assertDenied(() -> read(denied, "denied"));
                assertDenied(() -> denied.list("", null));
                assertDenied(() -> denied.head("denied"));
                assertDenied(() -> denied.delete(List.of("denied")));
            }
        }
    }

    @Test
    void isToldThatTheBucketIsGone() throws Exception {
        try (S3Server other = S3Server.inMemory();
                ObjectStore lost =
                        S3Store.open(TestConfigs.of(other.endpoint(), ""), StoreMeter.NONE)) {
            put(lost, "here", 10);
            other.removeBucket();
            assertDenied(() -> put(lost, "there", 10));
            assertDenied(() -> put(lost, "there", LARGE));
            assertDenied(() -> read(lost, "here"));
            assertDenied(() -> lost.head("here"));
            assertDenied(() -> lost.list("", null));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultyLink.Mode.class,
            names = {"RESET", "HANG", "SLOW"})
    void endsInBoundedTimeOverABadNetwork(FaultyLink.Mode mode) throws Exception {
        put(remote, "before", 300_000);
        link.set(mode);
        within(() -> assertBusy(() -> put(remote, "small", 300_000)));
        within(() -> assertBusy(() -> put(remote, "large", LARGE)));
        within(() -> assertBusy(() -> read(remote, "before")));
        if (mode != FaultyLink.Mode.SLOW) {
            within(() -> assertBusy(() -> remote.head("before")));
            within(() -> assertBusy(() -> remote.list("", null)));
        }
        link.set(FaultyLink.Mode.PASS);
        assertThat(read(remote, "before")).isEqualTo(content(300_000));
        // The server lists, under a name of its own, what it is still being sent of a put that the
        // client has given up, until it notices.
        await().atMost(Duration.ofSeconds(60))
                .ignoreExceptionsInstanceOf(ObjectAbsentException.class)
                .untilAsserted(this::assertEveryObjectIsWhole);
        put(remote, "after", LARGE);
        assertThat(read(store, "after")).isEqualTo(content(LARGE));
    }

    private void assertEveryObjectIsWhole() throws Exception {
        for (ObjectInfo each : store.list("", null).objects()) {
            assertThat(read(store, each.key()))
                    .isEqualTo(content(each.key().equals("large") ? LARGE : 300_000));
        }
    }

    @Test
    void breaksInTheMiddleOfAnUpload() throws Exception {
        try (ObjectUpload upload = remote.create("half")) {
            upload.write(ByteBuffer.wrap(content(LARGE)));
            link.set(FaultyLink.Mode.HANG);
            within(() ->
                    assertBusy(() -> {
                        for (int i = 0; i < 10; i++) {
                            upload.write(ByteBuffer.wrap(content(LARGE)));
                        }
                        upload.commit();
                    }));
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(upload::commit);
            link.set(FaultyLink.Mode.PASS);
        }
        assertThat(server.uploadsGoingOn()).isZero();
        assertThatExceptionOfType(ObjectAbsentException.class).isThrownBy(() -> store.head("half"));
    }

    @Test
    void sweepsUploadsThatNobodyEnded() throws Exception {
        for (int i = 0; i < 3; i++) {
            store.create("forgotten-" + i).write(ByteBuffer.wrap(content(LARGE)));
        }
        assertThat(server.uploadsGoingOn()).isEqualTo(3);
        assertThat(store.sweepUploads(Duration.ofHours(1))).isZero();
        assertThat(server.uploadsGoingOn()).isEqualTo(3);
        assertThat(store.sweepUploads(Duration.ofSeconds(-5))).isEqualTo(3);
        assertThat(server.uploadsGoingOn()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {-SKEW_SECONDS, SKEW_SECONDS})
    void goesByTheStoresClockWhereItsOwnIsWrong(int seconds) throws Exception {
        SdkGlobalTime.setGlobalTimeOffset(seconds);
        try (ObjectStore skewed = S3Store.open(TestConfigs.of(server.endpoint(), ""), meter)) {
            put(skewed, "skewed", 1_000);
            assertThat(meter.failures()).isEqualTo(1);
            assertThat(read(skewed, "skewed")).isEqualTo(content(1_000));
            assertThat(meter.failures()).as("it is wrong once").isEqualTo(1);
        } finally {
            SdkGlobalTime.setGlobalTimeOffset(0);
        }
    }

    @Test
    void endsWhenItsThreadIsInterrupted() throws Exception {
        put(remote, "before", 10);
        link.set(FaultyLink.Mode.HANG);
        Thread.currentThread().interrupt();
        within(() -> assertBusy(() -> read(remote, "before")));
        assertThat(Thread.interrupted()).isTrue();
    }

    private static void assertBusy(ThrowingCallable call) {
        assertThatExceptionOfType(StoreBusyException.class).isThrownBy(call);
    }

    private static void assertDenied(ThrowingCallable call) {
        assertThatExceptionOfType(StoreDeniedException.class).isThrownBy(call);
    }

    private static void within(ThrowingCallable call) throws Exception {
        long start = System.nanoTime();
        try {
            call.call();
        } catch (Exception e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(BOUND);
    }

    private static void put(ObjectStore store, String key, int size) throws StoreException {
        try (ObjectUpload upload = store.create(key)) {
            upload.write(ByteBuffer.wrap(content(size)));
            upload.commit();
        }
    }

    private static byte[] read(ObjectStore store, String key) throws StoreException {
        ByteBuffer buffer = ByteBuffer.allocate(LARGE + 1);
        byte[] read = new byte[store.read(key, 0, buffer)];
        buffer.flip().get(read);
        return read;
    }

    private static byte[] content(int size) {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return content;
    }
}
