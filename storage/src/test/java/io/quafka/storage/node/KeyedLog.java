package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Topic;
import io.quafka.storage.FetchReply;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/// What was ever written to one partition of keyed records, and whether what is read is what
/// compaction may leave of it.
final class KeyedLog {
    private final Topic topic;
    private final int partition;
    final List<Entry> written = new ArrayList<>();
    private int sequence;

    record Entry(long offset, String key, @Nullable String value) {}

    KeyedLog(Topic topic, int partition) {
        this.topic = topic;
        this.partition = partition;
    }

    /// Appends a batch of random keys, values and tombstones, in a random compression.
    void append(NodeUnderTest node, Random random, int keys, int valueBytes) throws Exception {
        int count = 1 + random.nextInt(12);
        SimpleRecord[] records = new SimpleRecord[count];
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String key = "k" + random.nextInt(keys);
            String value =
                    random.nextInt(5) == 0
                            ? null
                            : random.nextLong() + "v".repeat(random.nextInt(valueBytes));
            entries.add(new Entry(written.size() + i, key, value));
            records[i] =
                    new SimpleRecord(
                            node.nowMs.get(), bytes(key), value == null ? null : bytes(value));
        }
        CompressionType compression = CompressionType.values()[random.nextInt(5)];
        ByteBuffer batch = batch(random, records, compression);
        PartitionProduceResponse answer = node.produce(topic, partition, batch);
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
        assertThat(answer.baseOffset()).isEqualTo(written.size());
        written.addAll(entries);
    }

    private ByteBuffer batch(Random random, SimpleRecord[] records, CompressionType type) {
        Compression compression = Compression.of(type).build();
        if (random.nextBoolean()) {
            return MemoryRecords.withRecords(compression, records).buffer();
        }
        int first = sequence;
        sequence += records.length;
        return MemoryRecords.withIdempotentRecords(
                        compression, 900L + partition, (short) 0, first, records)
                .buffer();
    }

    /// Reads everything as a client does and checks it.
    ///
    /// @return how many records there were
    int verify(NodeUnderTest node) throws Exception {
        Map<String, Entry> last = new HashMap<>();
        int records = 0;
        long previous = -1;
        for (Entry read : readAll(node)) {
            assertThat(read.offset()).as("offsets ascend").isGreaterThan(previous);
            assertThat(read).isEqualTo(written.get((int) read.offset()));
            previous = read.offset();
            last.put(read.key(), read);
            records++;
        }
        Map<String, Entry> expected = new HashMap<>();
        written.forEach(entry -> expected.put(entry.key(), entry));
        for (Entry entry : expected.values()) {
            Entry found = last.get(entry.key());
            if (entry.value() != null || found != null) {
                assertThat(found).as("the last record of partition %d", partition).isEqualTo(entry);
            }
        }
        assertThat(node.listOffset(topic, partition, -1).offset()).isEqualTo(written.size());
        return records;
    }

    List<Entry> readAll(NodeUnderTest node) throws Exception {
        List<Entry> all = new ArrayList<>();
        long next = node.listOffset(topic, partition, -2).offset();
        while (next < written.size()) {
            FetchReply reply =
                    node.node()
                            .fetch(
                                    NodeUnderTest.fetchRequest(
                                            topic, partition, next, 100_000, 1, 0))
                            .get(20, TimeUnit.SECONDS);
            PartitionData data = reply.data().responses().getFirst().partitions().getFirst();
            assertThat(Errors.forCode(data.errorCode())).isEqualTo(Errors.NONE);
            long from = next;
            for (RecordBatch batch : ((MemoryRecords) data.records()).batches()) {
                batch.ensureValid();
                batch.forEach(record -> {
                    if (record.offset() >= from) {
                        ByteBuffer value = record.value();
                        all.add(
                                new Entry(
                                        record.offset(),
                                        text(record.key()),
                                        value == null ? null : text(value)));
                    }
                });
                next = batch.nextOffset();
            }
            reply.release().run();
            assertThat(next).as("a fetch brings something").isGreaterThan(from);
        }
        return all;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
