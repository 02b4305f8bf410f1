package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What connections cost that nobody uses, and what one too many meets.
///
/// `-Dquafka.idle.connections=18000` opens more; a system usually allows a process 20,000 files or
/// less.
@Tag("broker")
class IdleConnectionsTest {
    private static final Logger LOG = LoggerFactory.getLogger(IdleConnectionsTest.class);
    private static final int CONNECTIONS = Integer.getInteger("quafka.idle.connections", 2_000);
    private static final int HEAP_MIB = 512;

    /// Loopback addresses to connect from: each has ports of its own.
    private static final int ADDRESSES = 8;

    private static final Duration IDLE = Duration.ofSeconds(10);

    /// Measured: 14.5 KiB, of which 8 are a buffer of Helidon's, 4 a thread's stack.
    private static final long HEAP_BYTES_MAX = 18 << 10;

    /// Measured: 2 KiB, the buffer that a request's length is read into.
    private static final long DIRECT_BYTES_MAX = 3 << 10;

    /// A tenth of one processor's time for all that the broker does beside: measured 1 % at 5,000.
    private static final Duration CPU_MAX = IDLE.dividedBy(10);

    @TempDir private Path directory;

    @Test
    void idleConnectionsCostLittle() throws Exception {
        BrokerOptions options = BrokerOptions.in(directory).withHeapMib(HEAP_MIB);
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            connect(broker, 100).forEach(IdleConnectionsTest::close);
            await().until(() -> open(broker) == 0);
            JvmFigures before = JvmFigures.of(broker);
            List<SocketChannel> idle = connect(broker, CONNECTIONS);
            assertThat(open(broker)).isEqualTo(CONNECTIONS);
            JvmFigures with = JvmFigures.of(broker);
            Duration cpuBefore = JvmFigures.cpu(broker);
            await().pollInterval(IDLE)
                    .during(IDLE)
                    .atMost(IDLE.multipliedBy(4))
                    .until(() -> open(broker) == CONNECTIONS);
            Duration cpu = JvmFigures.cpu(broker).minus(cpuBefore);
            long heap = (with.liveHeapBytes() - before.liveHeapBytes()) / CONNECTIONS;
            long direct = (with.directBytes() - before.directBytes()) / CONNECTIONS;
            LOG.atInfo()
                    .addKeyValue("connections", CONNECTIONS)
                    .addKeyValue("heapBytesEach", heap)
                    .addKeyValue("directBytesEach", direct)
                    .addKeyValue(
                            "residentBytesEach",
                            (with.residentBytes() - before.residentBytes()) / CONNECTIONS)
                    .addKeyValue("residentBytes", with.residentBytes())
                    .addKeyValue("cpuMillis", cpu.toMillis())
                    .log("idle connections measured");
            assertThat(heap).isLessThan(HEAP_BYTES_MAX);
            assertThat(direct).isLessThan(DIRECT_BYTES_MAX);
            assertThat(cpu).isLessThan(CPU_MAX);
            produce(broker);
            idle.forEach(IdleConnectionsTest::close);
            await().atMost(Duration.ofMinutes(1)).until(() -> open(broker) == 0);
            // A connection is counted no more a little before its thread has ended.
            await().atMost(Duration.ofMinutes(1))
                    .untilAsserted(() ->
                            assertThat(JvmFigures.of(broker).liveHeapBytes())
                                    .isLessThan(
                                            before.liveHeapBytes()
                                                    + CONNECTIONS * (2L << 10)
                                                    + (4 << 20)));
            broker.requireNoAlarms();
            broker.terminate();
        }
    }

    @Test
    void oneTooManyIsRefusedAndHarmsNobody() throws Exception {
        int limit = 50;
        int refused = 500;
        BrokerOptions options =
                BrokerOptions.in(directory)
                        .with("gateway.connections.max", Integer.toString(limit))
                        .with("gateway.idle.timeout", "1h");
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            Clients.createTopic(broker.bootstrap(), "idle", 1, Map.of());
            try (KafkaProducer<byte[], byte[]> producer =
                    Clients.producer(broker.bootstrap(), Map.of())) {
                send(producer);
                // Filled up, whatever the producer itself has open.
                List<SocketChannel> idle = new ArrayList<>();
                for (SocketChannel next = accepted(broker, idle.size());
                        next != null;
                        next = accepted(broker, idle.size())) {
                    idle.add(next);
                }
                assertThat(idle).hasSizeBetween(limit - 10, limit);
                for (int i = 0; i < refused; i++) {
                    assertThat(accepted(broker, i)).isNull();
                }
                send(producer);
                for (SocketChannel each : idle) {
                    assertThat(answers(each)).isTrue();
                }
                List<String> lines =
                        broker.errors().stream()
                                .filter(line -> line.contains("TOO_MANY_CONNECTIONS"))
                                .toList();
                assertThat(lines).hasSizeBetween(1, refused / 2);
                assertThat(lines.getFirst()).contains("connection refused", "127.0.0.");
                close(idle.removeFirst());
                await().until(() -> {
                    SocketChannel again = accepted(broker, 0);
                    return again != null && idle.add(again);
                });
                idle.forEach(IdleConnectionsTest::close);
            }
            await().until(() -> open(broker) == 0);
            assertThat(
                            Metrics.read(
                                    broker,
                                    "quafka_connections_closed_total{reason=\"too_many_connections\"}"))
                    .isGreaterThanOrEqualTo(refused);
            broker.requireNoAlarms();
            broker.terminate();
        }
    }

    private static double open(BrokerProcess broker) throws Exception {
        return Metrics.read(broker, "quafka_connections");
    }

    /// Connections that were used once: a silent one would be closed after a while.
    private static List<SocketChannel> connect(BrokerProcess broker, int count) throws IOException {
        List<SocketChannel> channels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SocketChannel channel = accepted(broker, i);
            assertThat(channel).as("connection %d", i).isNotNull();
            channels.add(channel);
        }
        return channels;
    }

    /// A connection that was answered, or null if it was refused.
    private static @org.jspecify.annotations.Nullable SocketChannel accepted(
            BrokerProcess broker, int number) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.bind(new InetSocketAddress("127.0.0." + (1 + number % ADDRESSES), 0));
        channel.connect(new InetSocketAddress("127.0.0.1", broker.port()));
        if (answers(channel)) {
            return channel;
        }
        channel.close();
        return null;
    }

    private static boolean answers(SocketChannel channel) {
        byte[] question =
                FrameClient.frame(ApiKeys.API_VERSIONS, (short) 0, 1, new ApiVersionsRequestData());
        try {
            channel.write(ByteBuffer.wrap(question));
            ByteBuffer length = ByteBuffer.allocate(4);
            if (!fill(channel, length)) {
                return false;
            }
            return fill(channel, ByteBuffer.allocate(length.getInt(0)));
        } catch (IOException _) {
            return false;
        }
    }

    private static boolean fill(SocketChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                return false;
            }
        }
        return true;
    }

    private static void produce(BrokerProcess broker) throws Exception {
        Clients.createTopic(broker.bootstrap(), "idle", 1, Map.of());
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), Map.of())) {
            send(producer);
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer) throws Exception {
        producer.send(new ProducerRecord<>("idle", 0, null, new byte[100]))
                .get(10, TimeUnit.SECONDS);
    }

    private static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
