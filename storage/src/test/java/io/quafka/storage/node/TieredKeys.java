package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quafka.controller.model.Topic;
import io.quafka.storage.FetchReply;
import io.quafka.storage.History;
import io.quafka.storage.shard.Dirt;
import io.quafka.storage.shard.Partition;
import io.quafka.tiering.object.TieredPartition;
import io.quafka.tiering.read.HistoryConfig;
import io.quafka.tiering.read.HistoryReader;
import io.quafka.tiering.read.HistorySlice;
import io.quafka.tiering.read.ObjectRange;
import io.quafka.tiering.store.ObjectAbsentException;
import io.quafka.tiering.store.ObjectStore;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

/// What was ever written to one partition of keyed records that is tiered, by producers with and
/// without transactions, and whether what a consumer of committed records reads, from the disk and
/// from objects, is what compaction may leave of it.
final class TieredKeys {
    private final Topic topic;
    private final int partition;

    /// By offset; of committed transactions, and of none.
    private final TreeMap<Long, Entry> written = new TreeMap<>();

    private final Set<Long> aborted = new HashSet<>();
    private final Map<Long, Integer> sequences = new HashMap<>();
    private long end;

    /// Below this, offsets that were not there once must never be again.
    private final Set<Long> gone = new HashSet<>();

    record Entry(long offset, String key, @Nullable String value) {}

    TieredKeys(Topic topic, int partition) {
        this.topic = topic;
        this.partition = partition;
    }

    void append(NodeUnderTest node, Random random, int keys, int valueBytes) throws Exception {
        int dice = random.nextInt(4);
        if (dice > 1) {
            produce(node, random, keys, valueBytes, null);
            return;
        }
        long producer = 700L + random.nextInt(3);
        boolean commits = dice == 0;
        List<Long> offsets = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            offsets.addAll(produce(node, random, keys, valueBytes, producer));
        }
        assertThat(new TransactionalClient(node, topic).end(producer, 0, commits, partition))
                .isEqualTo(Errors.NONE);
        end++;
        if (!commits) {
            aborted.addAll(offsets);
            offsets.forEach(written::remove);
        }
    }

    private List<Long> produce(
            NodeUnderTest node, Random random, int keys, int valueBytes, @Nullable Long producer)
            throws Exception {
        int count = 1 + random.nextInt(8);
        SimpleRecord[] records = new SimpleRecord[count];
        List<Long> offsets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String key = "k" + random.nextInt(keys);
            String value =
                    random.nextInt(5) == 0
                            ? null
                            : random.nextLong() + "v".repeat(random.nextInt(valueBytes));
            written.put(end + i, new Entry(end + i, key, value));
            offsets.add(end + i);
            records[i] =
                    new SimpleRecord(
                            node.nowMs.get(), bytes(key), value == null ? null : bytes(value));
        }
        Compression compression =
                Compression.of(CompressionType.values()[random.nextInt(5)]).build();
        ByteBuffer batch =
                producer == null
                        ? MemoryRecords.withRecords(compression, records).buffer()
                        : MemoryRecords.withTransactionalRecords(
                                        compression,
                                        producer,
                                        (short) 0,
                                        sequences.getOrDefault(producer, 0),
                                        records)
                                .buffer();
        if (producer != null) {
            sequences.merge(producer, count, Integer::sum);
        }
        PartitionProduceResponse answer = node.produce(topic, partition, batch);
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
        assertThat(answer.baseOffset()).isEqualTo(end);
        end += count;
        return offsets;
    }

    /// Everything lies in objects alone.
    void awaitTiered(NodeUnderTest node, ObjectStore store) {
        TieredLog log = new TieredLog(node, store);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> {
                    assertThat(log.partition(topic, partition).localStart()).isEqualTo(end);
                    assertThat(log.isQuiet()).isTrue();
                });
    }

    /// Everything lies in objects alone, and is compacted.
    void awaitCompacted(NodeUnderTest node, ObjectStore store) {
        TieredLog log = new TieredLog(node, store);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> {
                    Partition here = log.partition(topic, partition);
                    assertThat(here.localStart()).isEqualTo(end);
                    Dirt dirt =
                            log.shard()
                                    .compaction()
                                    .dirtInStore(here, topic.settings(), node.nowMs.get());
                    assertThat(dirt == null || !dirt.isWorthCleaning()).isTrue();
                    assertThat(log.isQuiet()).isTrue();
                });
    }

    /// Reads everything as a client does and checks it.
    ///
    /// @return how many records there were
    int verify(NodeUnderTest node, ObjectStore store) throws Exception {
        return check(readAll(node, store));
    }

    private int check(List<Entry> all) {
        Map<String, Entry> last = new HashMap<>();
        Set<Long> offsets = new HashSet<>();
        long previous = -1;
        for (Entry read : all) {
            assertThat(read.offset()).as("offsets ascend").isGreaterThan(previous);
            assertThat(aborted).doesNotContain(read.offset());
            assertThat(read).isEqualTo(written.get(read.offset()));
            assertThat(gone).as("what is gone").doesNotContain(read.offset());
            previous = read.offset();
            last.put(read.key(), read);
            offsets.add(read.offset());
        }
        Map<String, Entry> expected = new HashMap<>();
        written.values().forEach(entry -> expected.put(entry.key(), entry));
        for (Entry entry : expected.values()) {
            Entry found = last.get(entry.key());
            if (entry.value() != null || found != null) {
                assertThat(found).as("the last record of partition %d", partition).isEqualTo(entry);
            }
        }
        written.keySet().stream().filter(at -> !offsets.contains(at)).forEach(gone::add);
        return all.size();
    }

    /// The records that no later one has the key of, without tombstones: all that must be there.
    int live() {
        Map<String, Entry> expected = new HashMap<>();
        written.values().forEach(entry -> expected.put(entry.key(), entry));
        return (int) expected.values().stream().filter(entry -> entry.value() != null).count();
    }

    int writtenRecords() {
        return written.size();
    }

    List<Entry> readAll(NodeUnderTest node, ObjectStore store) throws Exception {
        List<Entry> all = new ArrayList<>();
        long next = node.listOffset(topic, partition, -2).offset();
        try (HistoryReader reader = new HistoryReader(store, HistoryConfig.DEFAULT)) {
            while (next < end) {
                FetchRequestData request =
                        NodeUnderTest.fetchRequest(topic, partition, next, 100_000, 1, 0)
                                .setIsolationLevel((byte) 1);
                FetchReply reply = node.node().fetch(request).get(20, TimeUnit.SECONDS);
                PartitionData data = reply.data().responses().getFirst().partitions().getFirst();
                assertThat(Errors.forCode(data.errorCode())).isEqualTo(Errors.NONE);
                History history = History.take(data);
                long from = next;
                if (history == null) {
                    next = take(((MemoryRecords) data.records()), data, from, all);
                } else {
                    next = fromObjects(reader, history, data, from, all);
                    if (next < 0) {
                        next = from;
                        continue;
                    }
                }
                reply.release().run();
                assertThat(next).as("a fetch brings something").isGreaterThan(from);
            }
        }
        return all;
    }

    /// @return the offset to go on from; -1 if it must be asked for anew
    private long fromObjects(
            HistoryReader reader, History history, PartitionData data, long from, List<Entry> to)
            throws Exception {
        List<ObjectRange> ranges =
                history.pieces().stream()
                        .map(piece ->
                                new ObjectRange(
                                        piece.key(),
                                        piece.size(),
                                        piece.baseOffset(),
                                        piece.lastOffset()))
                        .toList();
        TieredPartition key = new TieredPartition(topic.id(), partition);
        try (HistorySlice slice =
                reader.read(key, ranges, from, 100_000).get(20, TimeUnit.SECONDS)) {
            int bytes = slice.batches().stream().mapToInt(ByteBuffer::remaining).sum();
            ByteBuffer joined = ByteBuffer.allocate(bytes);
            slice.batches().forEach(batch -> joined.put(batch.duplicate()));
            return take(MemoryRecords.readableRecords(joined.flip()), data, from, to);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(ObjectAbsentException.class);
            return -1;
        }
    }

    /// As Kafka's consumer goes over an answer.
    private static long take(MemoryRecords records, PartitionData data, long from, List<Entry> to) {
        List<AbortedTransaction> told = new ArrayList<>(data.abortedTransactions());
        told.sort(Comparator.comparingLong(AbortedTransaction::firstOffset));
        Set<Long> aborting = new HashSet<>();
        long next = from;
        for (RecordBatch batch : records.batches()) {
            batch.ensureValid();
            while (!told.isEmpty() && told.getFirst().firstOffset() <= batch.lastOffset()) {
                aborting.add(told.removeFirst().producerId());
            }
            if (batch.isControlBatch()) {
                for (Record record : batch) {
                    if (ControlRecordType.parse(record.key()) == ControlRecordType.ABORT) {
                        aborting.remove(batch.producerId());
                    }
                }
            } else if (!batch.isTransactional() || !aborting.contains(batch.producerId())) {
                for (Record record : batch) {
                    if (record.offset() >= from) {
                        ByteBuffer value = record.value();
                        String text = value == null ? null : text(value);
                        to.add(new Entry(record.offset(), text(record.key()), text));
                    }
                }
            }
            next = batch.nextOffset();
        }
        return next;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }
}
