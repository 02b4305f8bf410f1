package io.quafka.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Each client here misbehaves in one way: it loses its connection for the right reason, costs
/// bounded memory, and a well-behaved client beside it is served before and after.
class HostileClientsTest {
    private static final Set<ApiKeys> APIS =
            EnumSet.of(
                    ApiKeys.API_VERSIONS,
                    ApiKeys.METADATA,
                    ApiKeys.PRODUCE,
                    ApiKeys.FETCH,
                    ApiKeys.HEARTBEAT);
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int POOL_BYTES = 64 << 20;

    private final BufferPool pool = new BufferPool(POOL_BYTES);
    private KafkaServer server = server(ServerLimits.forClients());
    private FrameClient healthy = client();

    @BeforeEach
    void healthyClientIsServed() throws IOException {
        beat(healthy);
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        beat(healthy);
        healthy.close();
        server.close();
        await().untilAsserted(() -> assertThat(pool.inUse()).isZero());
        await().untilAsserted(() -> assertThat(server.connections()).isZero());
    }

    private KafkaServer server(ServerLimits limits) {
        return KafkaServer.builder(
                        new ScriptedHandler(
                                APIS,
                                request ->
                                        ScriptedHandler.done(
                                                request.apiKey() == ApiKeys.FETCH
                                                        ? fetched()
                                                        : KafkaResponse.of(
                                                                new HeartbeatResponseData()))),
                        pool)
                .host("127.0.0.1")
                .limits(limits)
                .build()
                .start();
    }

    private void restart(ServerLimits limits) throws IOException {
        healthy.close();
        server.close();
        server = server(limits);
        healthy = client();
        beat(healthy);
    }

    private FrameClient client() {
        try {
            return new FrameClient(server.port());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void beat(FrameClient client) throws IOException {
        client.send(
                ApiKeys.HEARTBEAT,
                4,
                1,
                new HeartbeatRequestData().setGroupId("group").setMemberId("member"));
        client.read(ApiKeys.HEARTBEAT, 4, 1, new HeartbeatResponseData());
    }

    private static KafkaResponse fetched() {
        return KafkaResponse.of(Messages.fetched(ByteBuffer.allocateDirect(8 << 20)));
    }

    private void closesFor(CloseReason reason, byte[] bytes) throws IOException {
        long before = server.counters().closed(reason);
        try (FrameClient client = client()) {
            beat(client);
            client.send(bytes);
            assertThat(client.isClosedByServer()).isTrue();
        }
        await().untilAsserted(
                        () -> assertThat(server.counters().closed(reason)).isEqualTo(before + 1));
        assertThat(pool.inUse()).isZero();
    }

    private static byte[] ints(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * 4);
        for (int value : values) {
            buffer.putInt(value);
        }
        return buffer.array();
    }

    private static byte[] metadata() {
        return FrameClient.frame(
                ApiKeys.METADATA,
                12,
                1,
                new MetadataRequestData()
                        .setTopics(
                                List.of(
                                        new MetadataRequestData.MetadataRequestTopic()
                                                .setName("a-topic"))));
    }

    @Test
    void negativeLength() throws IOException {
        closesFor(CloseReason.FRAME_LENGTH, ints(-5, 0, 0));
    }

    @Test
    void oversizedLength() throws IOException {
        closesFor(CloseReason.FRAME_LENGTH, ints((100 << 20) + 1, 0, 0));
    }

    @Test
    void lengthBelowAHeader() throws IOException {
        closesFor(CloseReason.FRAME_LENGTH, ints(7, 0, 0));
    }

    @Test
    void unknownApiKey() throws IOException {
        closesFor(CloseReason.UNKNOWN_API, ints(12, 9_999 << 16, 0, 0));
    }

    @Test
    void apiThatIsNotServed() throws IOException {
        closesFor(CloseReason.UNKNOWN_API, ints(12, ApiKeys.VOTE.id << 16, 0, 0));
    }

    @Test
    void unknownVersion() throws IOException {
        closesFor(CloseReason.UNKNOWN_VERSION, ints(12, ApiKeys.FETCH.id << 16 | 2, 0, 0));
        closesFor(CloseReason.UNKNOWN_VERSION, ints(12, ApiKeys.FETCH.id << 16 | 99, 0, 0));
    }

    @Test
    void trailingBytes() throws IOException {
        byte[] frame = metadata();
        byte[] longer = java.util.Arrays.copyOf(frame, frame.length + 3);
        ByteBuffer.wrap(longer).putInt(0, frame.length - 4 + 3);
        closesFor(CloseReason.MALFORMED_REQUEST, longer);
    }

    @Test
    void bodyCutShortByItsLength() throws IOException {
        byte[] frame = metadata();
        ByteBuffer.wrap(frame).putInt(0, frame.length - 4 - 6);
        closesFor(CloseReason.MALFORMED_REQUEST, java.util.Arrays.copyOf(frame, frame.length - 6));
    }

    @Test
    void connectionEndingWithinAFrame() throws IOException {
        try (FrameClient client = client()) {
            client.send(metadata(), 0, 20);
            client.socket().shutdownOutput();
            assertThat(client.isClosedByServer()).isTrue();
        }
        await().until(() -> server.counters().closed(CloseReason.TRUNCATED_FRAME) == 1);
    }

    @Test
    void anotherProtocol() throws IOException {
        try (FrameClient client = client()) {
            client.send(
                    "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(client.isClosedByServer()).isTrue();
        }
        assertThat(server.counters().closed(CloseReason.UNKNOWN_PROTOCOL)).isEqualTo(1);
    }

    /// Array counts as large as the frame pretends to be, in a frame of 40 MiB: heap must not
    /// follow.
    @Test
    void arrayCountsThatLie() throws IOException {
        int size = 40 << 20;
        ByteBuffer lie = ByteBuffer.allocate(4 + size);
        lie.putInt(size).putShort(ApiKeys.METADATA.id).putShort((short) 8).putInt(1);
        lie.putShort((short) -1).putInt(size - 20);
        closesFor(CloseReason.MALFORMED_REQUEST, lie.array());
    }

    /// As many small structures as a large frame has room for would unfold into many times its size
    /// in objects.
    @Test
    void tooManyValues() throws IOException {
        int size = 30 << 20;
        ByteBuffer lie = ByteBuffer.allocate(4 + size);
        lie.putInt(size).putShort(ApiKeys.METADATA.id).putShort((short) 12).putInt(1);
        lie.putShort((short) -1).put((byte) 0);
        org.apache.kafka.common.utils.ByteUtils.writeUnsignedVarint(500_000, lie);
        closesFor(CloseReason.MALFORMED_REQUEST, lie.array());
    }

    /// Topics of one name in a multi-map: each insertion walks past all before it.
    @Test
    void keysThatCollide() throws IOException {
        ByteBuffer same = ByteBuffer.allocate(4 + 8 + 2 + 2 + 2 + 4 + 4 + 500_000 * 7);
        same.putInt(same.capacity() - 4).putShort(ApiKeys.PRODUCE.id).putShort((short) 8);
        same.putInt(1).putShort((short) -1).putShort((short) -1).putShort((short) 1).putInt(0);
        same.putInt(500_000);
        for (int i = 0; i < 500_000; i++) {
            same.putShort((short) 1).put((byte) 'a').putInt(0);
        }
        try (FrameClient client = client()) {
            client.send(same.array());
            beat(healthy);
            await().atMost(Duration.ofSeconds(20))
                    .until(() ->
                            server.counters().closed(CloseReason.MALFORMED_REQUEST) == 1
                                    || server.counters().requests() > 3);
        }
    }

    @Test
    void announcedButUnsentFramesReserveLittle() throws IOException {
        List<FrameClient> clients = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            FrameClient client = client();
            clients.add(client);
            client.send(ints(30 << 20, 0, 0));
        }
        await().until(() -> pool.inUse() > 20 << 20);
        assertThat(pool.inUse()).isLessThanOrEqualTo(20L * (2 << 20));
        beat(healthy);
        for (FrameClient client : clients) {
            client.close();
        }
        await().until(() -> pool.inUse() == 0);
    }

    @Test
    void slowLoris() throws IOException {
        restart(ServerLimits.forClients().withTimeouts(LONG, SHORT, LONG, LONG));
        try (FrameClient partial = client();
                FrameClient silent = client();
                FrameClient large = client()) {
            partial.send(ints(500));
            large.send(ints(1 << 20, 0, 0));
            assertThat(partial.isClosedByServer()).isTrue();
            assertThat(large.isClosedByServer()).isTrue();
            assertThat(silent.isClosedByServer()).isTrue();
        }
        assertThat(server.counters().closed(CloseReason.SLOW_FRAME)).isEqualTo(3);
    }

    @Test
    void idleConnection() throws IOException {
        restart(ServerLimits.forClients().withTimeouts(SHORT, LONG, LONG, LONG));
        try (FrameClient idle = client()) {
            beat(idle);
            assertThat(idle.isClosedByServer()).isTrue();
        }
        await().until(() -> server.counters().closed(CloseReason.IDLE) >= 1);
        healthy.close();
        healthy = client();
    }

    @Test
    void clientThatNeverReads() throws IOException {
        restart(ServerLimits.forClients().withTimeouts(LONG, LONG, SHORT, LONG));
        try (FrameClient client = client()) {
            for (int i = 0; i < 20; i++) {
                client.send(ApiKeys.FETCH, 12, i, new FetchRequestData());
            }
            await().until(() -> server.counters().closed(CloseReason.SLOW_READER) == 1);
        }
        beat(healthy);
        healthy.send(ApiKeys.FETCH, 12, 5, new FetchRequestData());
        healthy.read(ApiKeys.FETCH, 12, 5, new FetchResponseData());
    }

    @Test
    void tooManyConnections() throws IOException {
        restart(ServerLimits.forClients().withConnections(10, 3));
        try (FrameClient second = client();
                FrameClient third = client()) {
            beat(second);
            beat(third);
            try (FrameClient fourth = client()) {
                assertThat(fourth.isClosedByServer()).isTrue();
            }
            assertThat(server.counters().closed(CloseReason.TOO_MANY_CONNECTIONS)).isEqualTo(1);
        }
        await().until(() -> server.connections() == 1);
        try (FrameClient again = client()) {
            beat(again);
        }
    }

    @Test
    void poolWithoutRoomClosesTheOneThatWaits() throws IOException {
        restart(ServerLimits.forClients().withTimeouts(LONG, LONG, LONG, SHORT));
        PooledBuffer all = pool.acquire(POOL_BYTES);
        try (FrameClient client = client()) {
            client.send(ints(50_000, 0, 0));
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(server.counters().closed(CloseReason.NO_BUFFER)).isEqualTo(1);
            beat(healthy);
        } finally {
            all.release();
        }
    }
}
