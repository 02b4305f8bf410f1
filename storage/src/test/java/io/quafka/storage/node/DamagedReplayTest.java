package io.quafka.storage.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.quafka.controller.model.Topic;
import io.quafka.storage.StoredBatches;
import io.quafka.storage.batch.BatchHeader;
import io.quafka.storage.index.Index;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.shard.AppendItem;
import io.quafka.storage.shard.AppendRequest;
import io.quafka.storage.shard.Partition;
import io.quafka.storage.shard.Shard;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A bad bit in a batch that no index knew of when the node died: each bit of a batch's header and
/// first record, in a partition of its own.
class DamagedReplayTest {
    private static final int BATCHES = 3;
    private static final int RECORDS = 2;
    private static final int BYTES = BatchHeader.BYTES + 12;
    private static final int HEAD_BYTES = 21;

    @TempDir Path directory;

    private final FixedMetadata metadata = new FixedMetadata(1);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void everyBadBitIsToldToReadersAndCostsNoOffset(int damagedBatch) throws Exception {
        Topic topic = metadata.topic("t", BYTES * 8 + 1, FixedMetadata.settings(-1, -1));
        List<Long> places = new ArrayList<>();
        try (NodeUnderTest node = open()) {
            Shard shard = node.node().shards().getFirst();
            for (int partition = 0; partition <= BYTES * 8; partition++) {
                appendRun(shard, topic, partition);
            }
            for (int partition = 0; partition < BYTES * 8; partition++) {
                places.add(placeOf(shard, topic, partition, damagedBatch));
            }
        }
        for (int bit = 0; bit < BYTES * 8; bit++) {
            flip(places.get(bit) + bit / 8, bit % 8);
        }
        Index.destroy(directory.resolve("index"));
        try (NodeUnderTest node = open()) {
            assertThat(node.node().shards().getFirst().recovery().damages()).isNotEmpty();
            for (int bit = 0; bit < BYTES * 8; bit++) {
                verify(node, topic, bit, damagedBatch);
            }
        }
    }

    @Test
    void aProducerGoesOnPastItsUnreadableBatch() throws Exception {
        Topic topic = metadata.topic("t", 1, FixedMetadata.settings(-1, -1));
        long place;
        try (NodeUnderTest node = open()) {
            for (int sequence = 0; sequence < 3; sequence++) {
                assertThat(send(node, topic, sequence)).isEqualTo(sequence);
            }
            Shard shard = node.node().shards().getFirst();
            Partition partition = shard.partition(new PartitionKey(topic.id(), 0));
            place = partition.runsFrom(1, 1).getFirst().position();
        }
        flip(place + 53 + 3, 0);
        Index.destroy(directory.resolve("index"));
        try (NodeUnderTest node = open()) {
            assertThat(node.fetch(topic, 0, 1).error()).isEqualTo(Errors.CORRUPT_MESSAGE);
            assertThat(send(node, topic, 2)).isEqualTo(2);
            assertThat(send(node, topic, 1)).isEqualTo(3);
            assertThat(send(node, topic, 3)).isEqualTo(4);
        }
    }

    private static long send(NodeUnderTest node, Topic topic, int sequence) throws Exception {
        var answer =
                node.produce(
                        topic, 0, StoredBatches.idempotent(9, 0, sequence, 1000, "v" + sequence));
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.NONE);
        return answer.baseOffset();
    }

    private NodeUnderTest open() throws Exception {
        return new NodeUnderTest(directory, metadata, NodeUnderTest.SMALL_SEGMENTS);
    }

    private static void appendRun(Shard shard, Topic topic, int partition) throws Exception {
        Partition to = shard.partition(new PartitionKey(topic.id(), partition));
        List<AppendItem> items = new ArrayList<>();
        int bytes = 0;
        for (int i = 0; i < BATCHES; i++) {
            int first = i * RECORDS;
            ByteBuffer batch = StoredBatches.of(1000, "value " + first, "value " + (first + 1));
            bytes += batch.remaining();
            items.add(new AppendItem(to, batch));
        }
        CompletableFuture<Boolean> done = new CompletableFuture<>();
        shard.append(new AppendRequest(items, bytes, () -> done.complete(true)));
        done.get(10, TimeUnit.SECONDS);
        assertThat(items.getLast().error()).isEqualTo(Errors.NONE);
    }

    private static long placeOf(Shard shard, Topic topic, int partition, int batch) {
        Run run =
                shard.partition(new PartitionKey(topic.id(), partition)).runsFrom(0, 1).getFirst();
        assertThat(run.lastOffset()).isEqualTo(BATCHES * RECORDS - 1);
        return run.position() + (long) batch * (run.length() / BATCHES);
    }

    private static void verify(NodeUnderTest node, Topic topic, int bit, int damagedBatch)
            throws Exception {
        String where = "bit " + bit % 8 + " of byte " + bit / 8;
        for (int offset = 0; offset < BATCHES * RECORDS; offset++) {
            NodeUnderTest.Fetched fetched = node.fetch(topic, bit, offset);
            int batch = offset / RECORDS;
            String as = where + ", offset " + offset;
            if (batch == damagedBatch) {
                assertThat(fetched.error()).as(as).isEqualTo(Errors.CORRUPT_MESSAGE);
            } else if (fetched.error() != Errors.NONE) {
                assertThat(fetched.error()).as(as).isEqualTo(Errors.CORRUPT_MESSAGE);
                assertThat(batch > damagedBatch && bit / 8 < HEAD_BYTES).as(as).isTrue();
            } else {
                assertThat(fetched.values()).as(as).contains(offset + "=value " + offset);
            }
        }
        assertThat(node.append(topic, bit, "next")).as(where).isEqualTo(BATCHES * RECORDS);
        assertThat(node.fetch(topic, bit, BATCHES * RECORDS).values())
                .as(where)
                .containsExactly(BATCHES * RECORDS + "=next");
    }

    private void flip(long position, int bit) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("shard-1"))) {
            Path file =
                    files.filter(f -> f.toString().endsWith(".log") && baseOf(f) <= position)
                            .max(Comparator.naturalOrder())
                            .orElseThrow();
            try (FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                long at = 4096 + position - baseOf(file);
                ByteBuffer one = ByteBuffer.allocate(1);
                channel.read(one, at);
                one.put(0, (byte) (one.get(0) ^ 1 << bit)).flip();
                channel.write(one, at);
            }
        }
    }

    private static long baseOf(Path file) {
        return Long.parseLong(file.getFileName().toString().replace(".log", ""));
    }
}
