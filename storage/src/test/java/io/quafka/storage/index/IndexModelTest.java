package io.quafka.storage.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random updates and lookups, beside a model. Shards and partitions are such that their keys are
/// neighbours.
class IndexModelTest {
    private static final int STEPS = 400;
    private static final int[] SHARDS = {0, 1, 255, Integer.MAX_VALUE};
    private static final List<PartitionKey> PARTITIONS = partitions();

    @TempDir Path directory;
    private Random random = new Random(0);

    private static List<PartitionKey> partitions() {
        List<Uuid> topics =
                List.of(
                        new Uuid(0, 1),
                        new Uuid(0, 2),
                        new Uuid(Long.MIN_VALUE, 0),
                        new Uuid(-1, -1));
        int[] numbers = {0, 1, 255, 256, Integer.MAX_VALUE};
        return topics.stream()
                .flatMap(id ->
                        IntStream.of(numbers).mapToObj(number -> new PartitionKey(id, number)))
                .toList();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void indexAgreesWithTheModel(long seed) {
        random = new Random(seed);
        Map<Integer, IndexModel> models = new TreeMap<>();
        IndexOptions small = new IndexOptions(1 << 20, 1 << 20, 16);
        Index index = Index.open(directory, small);
        try {
            for (int step = 0; step < STEPS; step++) {
                int shardId = SHARDS[random.nextInt(SHARDS.length)];
                IndexModel before = models.computeIfAbsent(shardId, _ -> new IndexModel());
                models.put(shardId, update(index.shard(shardId), before));
                if (random.nextInt(10) == 0) {
                    index.flush();
                }
                if (random.nextInt(40) == 0) {
                    index.close();
                    index = Index.open(directory, small);
                }
                int checked = SHARDS[random.nextInt(SHARDS.length)];
                IndexModel model = models.computeIfAbsent(checked, _ -> new IndexModel());
                check("seed %d step %d".formatted(seed, step), index.shard(checked), model);
            }
        } finally {
            index.close();
        }
    }

    private IndexModel update(ShardIndex shard, IndexModel before) {
        IndexModel after = before.copy();
        try (Update update = shard.newUpdate()) {
            int changes = 1 + random.nextInt(30);
            for (int change = 0; change < changes; change++) {
                PartitionKey partition = PARTITIONS.get(random.nextInt(PARTITIONS.size()));
                if (random.nextInt(4) != 0) {
                    changeRuns(update, after, partition);
                } else {
                    changeState(update, after, partition);
                }
            }
            if (random.nextInt(10) == 0) {
                return before; // closed without commit
            }
            after.applied += random.nextInt(1000);
            update.appliedTo(after.applied).commit();
            return after;
        }
    }

    private void changeRuns(Update update, IndexModel model, PartitionKey partition) {
        TreeMap<Long, Run> runs = model.runs(partition);
        Run last = model.lastRun(partition);
        long offset = random.nextLong(last == null ? 1 : last.lastOffset() + 20);
        switch (random.nextInt(25)) {
            case 0, 1 -> {
                update.deleteRunsBefore(partition, offset);
                runs.headMap(offset).clear();
            }
            case 2, 3 -> {
                update.deleteRunsFrom(partition, offset);
                runs.tailMap(offset).clear();
            }
            case 4 -> {
                Run held = model.runFor(partition, offset);
                long lastOffset = held == null ? offset : held.lastOffset();
                update.deleteRun(partition, lastOffset);
                runs.remove(lastOffset);
            }
            case 5 -> {
                update.deletePartition(partition);
                model.deletePartition(partition);
            }
            default -> {
                Run next = runAfter(last);
                update.putRun(partition, next);
                runs.put(next.lastOffset(), next);
            }
        }
    }

    private Run runAfter(@Nullable Run last) {
        long gap = random.nextInt(5) == 0 ? random.nextInt(1000) : 0;
        long base = (last == null ? 0 : last.lastOffset() + 1) + gap;
        int length = random.nextInt(1000);
        long timestamp = (last == null ? 0 : last.maxTimestamp()) + random.nextInt(100) - 40;
        return new Run(
                base,
                base + (random.nextBoolean() ? 0 : random.nextInt(300)),
                random.nextLong(Long.MAX_VALUE),
                length,
                (last == null ? 0 : last.leaderEpoch()) + (random.nextInt(5) == 0 ? 2 : 0),
                timestamp,
                last == null ? timestamp : Math.max(timestamp, last.cumulativeMaxTimestamp()),
                (last == null ? 0 : last.cumulativeBytes()) + length);
    }

    private void changeState(Update update, IndexModel model, PartitionKey partition) {
        long number = random.nextInt(8);
        byte[] bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        switch (random.nextInt(9)) {
            case 0 -> {
                update.putLogStart(partition, number);
                model.logStarts.put(partition, number);
            }
            case 1 -> {
                update.putProducer(partition, number, bytes);
                model.producers(partition).put(number, bytes);
            }
            case 2 -> {
                update.deleteProducer(partition, number);
                model.producers(partition).remove(number);
            }
            case 3 -> {
                update.putSegmentLive(number, bytes.length);
                model.segments.put(number, (long) bytes.length);
            }
            case 4 -> {
                update.deleteSegment(number);
                model.segments.remove(number);
            }
            case 5 -> {
                var aborted =
                        new AbortedTransaction(number, random.nextInt(8), number, bytes.length);
                update.putAborted(partition, aborted);
                model.aborted(partition).put(number, aborted);
            }
            case 6 -> {
                update.deleteAbortedBefore(partition, number);
                model.aborted(partition).headMap(number).clear();
            }
            case 7 -> {
                update.putState("name" + number, bytes);
                model.states.put("name" + number, bytes);
            }
            default -> {
                update.deleteState("name" + number);
                model.states.remove("name" + number);
            }
        }
    }

    private void check(String when, ShardIndex shard, IndexModel model) {
        assertThat(shard.appliedPosition()).as(when).isEqualTo(model.applied);
        assertThat(shard.segmentLive()).as(when).isEqualTo(model.segments);
        for (int number = 0; number < 8; number++) {
            String name = "name" + number;
            assertThat(shard.getState(name)).as(when).isEqualTo(model.states.get(name));
        }
        List<PartitionKey> partitions = new ArrayList<>();
        shard.partitions(partitions::add);
        assertThat(partitions).as(when).isEqualTo(model.partitions());
        PARTITIONS.forEach(partition -> check(when + " " + partition, shard, model, partition));
    }

    private void check(String when, ShardIndex shard, IndexModel model, PartitionKey partition) {
        assertThat(shard.firstRun(partition)).as(when).isEqualTo(model.firstRun(partition));
        Run last = model.lastRun(partition);
        assertThat(shard.lastRun(partition)).as(when).isEqualTo(last);
        assertThat(shard.logStart(partition))
                .as(when)
                .isEqualTo(model.logStarts.getOrDefault(partition, 0L));
        assertThat(shard.producers(partition)).as(when).isEqualTo(model.producerEntries(partition));
        long marker = random.nextInt(8);
        List<AbortedTransaction> aborted = new ArrayList<>();
        shard.scanAborted(partition, marker, aborted::add);
        assertThat(aborted)
                .as(when)
                .isEqualTo(List.copyOf(model.aborted(partition).tailMap(marker).values()));
        for (int lookup = 0; lookup < 3; lookup++) {
            long offset = random.nextLong(last == null ? 2 : last.lastOffset() + 2);
            assertThat(shard.runFor(partition, offset))
                    .as(when)
                    .isEqualTo(model.runFor(partition, offset));
            long bytes = random.nextLong(last == null ? 2 : last.cumulativeBytes() + 2);
            assertThat(shard.firstByCumulativeBytes(partition, bytes))
                    .as(when)
                    .isEqualTo(model.firstByCumulativeBytes(partition, bytes));
            long timestamp =
                    random.nextLong(-50, last == null ? 2 : last.cumulativeMaxTimestamp() + 50);
            assertThat(shard.firstByCumulativeTimestamp(partition, timestamp))
                    .as(when)
                    .isEqualTo(model.firstByCumulativeTimestamp(partition, timestamp));
            int epoch = random.nextInt(-1, last == null ? 2 : last.leaderEpoch() + 2);
            assertThat(shard.lastOfEpochAtMost(partition, epoch))
                    .as(when)
                    .isEqualTo(model.lastOfEpochAtMost(partition, epoch));
            List<Run> scanned = new ArrayList<>();
            int wanted = 1 + random.nextInt(10);
            shard.scan(partition, offset, run -> scanned.add(run) && scanned.size() < wanted);
            assertThat(scanned)
                    .as(when)
                    .isEqualTo(
                            model.runs(partition).tailMap(offset).values().stream()
                                    .limit(wanted)
                                    .toList());
        }
    }
}
