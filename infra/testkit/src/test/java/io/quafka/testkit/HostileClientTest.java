package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients that dawdle, lie and babble, beside one that behaves: it is served as if they were not
/// there, by a broker with little memory.
@Tag("broker")
class HostileClientTest {
    private static final int HEAP_MIB = 96;
    private static final Duration READ_MAX = Duration.ofSeconds(20);
    private static final int HEALTHY_RECORDS = 3_000;

    @TempDir private Path directory;

    private final List<FrameClient> held = new ArrayList<>();

    @Test
    void aHealthyClientIsServedAllTheWhile() throws Exception {
        BrokerOptions options = BrokerOptions.in(directory).withHeapMib(HEAP_MIB);
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            Clients.createTopic(broker.bootstrap(), "healthy", 2, Map.of());
            dawdle(broker.port());
            announceMuchAndSendLittle(broker.port());
            AtomicBoolean done = new AtomicBoolean();
            AtomicLong babbled = new AtomicLong();
            Thread babbler = Thread.startVirtualThread(() -> babble(broker.port(), done, babbled));
            long start = System.nanoTime();
            produceAndConsume(broker);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(45));
            done.set(true);
            babbler.join();
            assertThat(babbled.get()).isPositive();
            for (FrameClient client : held) {
                client.close();
            }
            produceAndConsume(broker);
            assertThat(broker.isAlive()).isTrue();
            broker.requireNoAlarms();
            broker.terminate();
        }
    }

    /// Slow-loris: the beginning of a frame's length, or of a frame.
    private void dawdle(int port) throws IOException {
        byte[] frame = {0, 0, 0, 50, 0, 18, 0, 3};
        for (int i = 0; i < 300; i++) {
            FrameClient client = new FrameClient(port, READ_MAX);
            client.send(java.util.Arrays.copyOf(frame, i % frame.length));
            held.add(client);
        }
    }

    /// Together they announce far more than the broker has.
    private void announceMuchAndSendLittle(int port) throws IOException {
        for (int i = 0; i < 40; i++) {
            FrameClient client = new FrameClient(port, READ_MAX);
            client.send(
                    ByteBuffer.allocate(4 + 1_000).putInt(99 << 20).putShort((short) 0).array());
            held.add(client);
        }
    }

    private static void babble(int port, AtomicBoolean done, AtomicLong babbled) {
        Random random = new Random(5);
        while (!done.get()) {
            try (FrameClient client = new FrameClient(port, READ_MAX)) {
                byte[] noise = new byte[1 + random.nextInt(20_000)];
                random.nextBytes(noise);
                if (random.nextBoolean()) {
                    ByteBuffer.wrap(noise, 0, Math.min(4, noise.length))
                            .put((byte) 0)
                            .put((byte) 0);
                }
                client.send(noise);
                client.finish();
                client.isClosedByServer();
                babbled.incrementAndGet();
            } catch (IOException | java.nio.BufferOverflowException _) {
                // Hung up on, as it deserves.
            }
        }
    }

    private static void produceAndConsume(BrokerProcess broker) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                        Clients.producer(broker.bootstrap(), Map.of());
                KafkaConsumer<byte[], byte[]> consumer =
                        Clients.consumer(broker.bootstrap(), Map.of())) {
            var partitions = Clients.partitions("healthy", 2);
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            partitions.forEach(consumer::position);
            for (int i = 0; i < HEALTHY_RECORDS; i++) {
                var record =
                        new ProducerRecord<byte[], byte[]>("healthy", i % 2, null, new byte[500]);
                if (i % 100 == 0) {
                    producer.send(record).get(20, TimeUnit.SECONDS);
                } else {
                    producer.send(record);
                }
            }
            producer.flush();
            assertThat(Clients.readToEnd(consumer)).hasSize(HEALTHY_RECORDS);
        }
    }
}
