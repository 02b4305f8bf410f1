package io.quafka.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// One bad bit in a stored batch: found, named, never served, and no harm to its neighbours.
@Tag("broker")
class DamageTest {
    private static final int RECORDS = 10;
    private static final int DAMAGED = 5;

    /// Where in a batch of Kafka's format 2 the bad bit is put: one partition for each.
    private enum Field {
        BASE_OFFSET(7),
        LENGTH_LOW(11),
        LENGTH_HIGH(8),
        EPOCH(15),
        MAGIC(16),
        CRC(18),
        ATTRIBUTES(22),
        LAST_OFFSET_DELTA(26),
        RECORDS_COUNT(60),
        VALUE(80);

        private final int at;

        Field(int at) {
            this.at = at;
        }
    }

    private enum End {
        TERMINATED,
        KILLED
    }

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource(End.class)
    void aBadBitIsNeverServed(End end) throws Exception {
        BrokerOptions options = BrokerOptions.in(directory);
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            Clients.createTopic(broker.bootstrap(), "t", Field.values().length, Map.of());
            fill(broker);
            if (end == End.TERMINATED) {
                broker.terminate();
            } else {
                broker.kill9();
            }
        }
        for (Field field : Field.values()) {
            flip(field);
        }
        List<String> wrong = new ArrayList<>();
        try (BrokerProcess broker = BrokerProcess.start(options)) {
            for (Field field : Field.values()) {
                try {
                    assertOnlyTheDamagedIsMissing(broker, new TopicPartition("t", field.ordinal()));
                } catch (AssertionError | RuntimeException e) {
                    wrong.add(field + ": " + e);
                }
            }
            assertThat(wrong).as(broker.lastErrors()).isEmpty();
            assertThat(broker.alarms())
                    .as("each damage is told with its place")
                    .anySatisfy(line -> assertThat(line).contains("damage", ".log"));
            broker.terminate();
        }
    }

    private static String value(int partition, int offset) {
        return "value %03d of partition %03d ".formatted(offset, partition) + "-".repeat(60);
    }

    /// One batch for each record, and one partition after the other.
    private static void fill(BrokerProcess broker) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                Clients.producer(broker.bootstrap(), Map.of())) {
            for (int partition = 0; partition < Field.values().length; partition++) {
                for (int i = 0; i < RECORDS; i++) {
                    byte[] value = Clients.bytes(value(partition, i));
                    producer.send(new ProducerRecord<>("t", partition, null, value)).get();
                }
            }
        }
    }

    private void flip(Field field) throws IOException {
        byte[] value = Clients.bytes(value(field.ordinal(), DAMAGED));
        try (Stream<Path> files = Files.walk(directory.resolve("data"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                int at = indexOf(bytes, value);
                if (at >= 0) {
                    int byteAt = startOfBatch(bytes, at) + field.at;
                    flip(file, byteAt, bytes[byteAt]);
                    return;
                }
            }
        }
        throw new AssertionError("no segment holds the value");
    }

    private static void flip(Path file, int at, byte was) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) (was ^ 4)}), at);
        }
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        return new String(bytes, StandardCharsets.ISO_8859_1)
                .indexOf(new String(wanted, StandardCharsets.ISO_8859_1));
    }

    /// A batch begins with its base offset and has its format's number at byte 16.
    private static int startOfBatch(byte[] bytes, int valueAt) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        for (int at = valueAt - 61; at > valueAt - 80; at--) {
            if (buffer.getLong(at) == DAMAGED && buffer.get(at + 16) == 2) {
                return at;
            }
        }
        throw new AssertionError("no batch before byte " + valueAt);
    }

    private static void assertOnlyTheDamagedIsMissing(
            BrokerProcess broker, TopicPartition partition) {
        try (KafkaConsumer<byte[], byte[]> consumer =
                Clients.consumer(broker.bootstrap(), Map.of())) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, 0);
            List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
            assertThatThrownBy(() -> pollUntil(consumer, read, Integer.MAX_VALUE))
                    .as("read %s", read)
                    .isInstanceOf(KafkaException.class)
                    .hasMessageContaining("corrupt");
            assertThat(read).hasSize(DAMAGED);
            consumer.seek(partition, DAMAGED + 1);
            pollUntil(consumer, read, RECORDS - 1);
            assertThat(read).hasSize(RECORDS - 1);
            for (ConsumerRecord<byte[], byte[]> record : read) {
                assertThat(record.offset()).isNotEqualTo(DAMAGED);
                assertThat(Clients.text(record.value()))
                        .isEqualTo(value(partition.partition(), Math.toIntExact(record.offset())));
            }
        }
    }

    private static void pollUntil(
            KafkaConsumer<byte[], byte[]> consumer,
            List<ConsumerRecord<byte[], byte[]>> into,
            int size) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (into.size() < size && System.nanoTime() < deadline) {
            consumer.poll(Duration.ofMillis(200)).forEach(into::add);
        }
    }
}
