package io.quafka.storage.index;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What one shard of the index should hold, in sorted maps.
final class IndexModel {
    static final Comparator<PartitionKey> KEY_ORDER =
            Comparator.comparing(
                            (PartitionKey key) -> key.topicId().getMostSignificantBits(),
                            Long::compareUnsigned)
                    .thenComparing(
                            key -> key.topicId().getLeastSignificantBits(), Long::compareUnsigned)
                    .thenComparing(PartitionKey::partition);

    final Map<PartitionKey, TreeMap<Long, Run>> runs = new HashMap<>();
    final Map<PartitionKey, Long> logStarts = new HashMap<>();
    final Map<PartitionKey, TreeMap<Long, byte[]>> producers = new HashMap<>();
    final Map<PartitionKey, TreeMap<Long, AbortedTransaction>> aborted = new HashMap<>();
    final Map<Long, Long> segments = new TreeMap<>();
    final Map<String, byte[]> states = new HashMap<>();
    long applied;

    IndexModel copy() {
        IndexModel copy = new IndexModel();
        runs.forEach((key, value) -> copy.runs.put(key, new TreeMap<>(value)));
        producers.forEach((key, value) -> copy.producers.put(key, new TreeMap<>(value)));
        aborted.forEach((key, value) -> copy.aborted.put(key, new TreeMap<>(value)));
        copy.logStarts.putAll(logStarts);
        copy.segments.putAll(segments);
        copy.states.putAll(states);
        copy.applied = applied;
        return copy;
    }

    TreeMap<Long, Run> runs(PartitionKey partition) {
        return runs.computeIfAbsent(partition, _ -> new TreeMap<>());
    }

    TreeMap<Long, byte[]> producers(PartitionKey partition) {
        return producers.computeIfAbsent(partition, _ -> new TreeMap<>());
    }

    TreeMap<Long, AbortedTransaction> aborted(PartitionKey partition) {
        return aborted.computeIfAbsent(partition, _ -> new TreeMap<>());
    }

    @Nullable Run lastRun(PartitionKey partition) {
        TreeMap<Long, Run> all = runs(partition);
        return all.isEmpty() ? null : all.lastEntry().getValue();
    }

    @Nullable Run firstRun(PartitionKey partition) {
        TreeMap<Long, Run> all = runs(partition);
        return all.isEmpty() ? null : all.firstEntry().getValue();
    }

    @Nullable Run runFor(PartitionKey partition, long offset) {
        return runs(partition).values().stream()
                .filter(run -> run.lastOffset() >= offset)
                .findFirst()
                .orElse(null);
    }

    @Nullable Run firstByCumulativeTimestamp(PartitionKey partition, long timestamp) {
        return runs(partition).values().stream()
                .filter(run -> run.cumulativeMaxTimestamp() >= timestamp)
                .findFirst()
                .orElse(null);
    }

    @Nullable Run firstByCumulativeBytes(PartitionKey partition, long bytes) {
        return runs(partition).values().stream()
                .filter(run -> run.cumulativeBytes() > bytes)
                .findFirst()
                .orElse(null);
    }

    @Nullable Run lastOfEpochAtMost(PartitionKey partition, int epoch) {
        return runs(partition).descendingMap().values().stream()
                .filter(run -> run.leaderEpoch() <= epoch)
                .findFirst()
                .orElse(null);
    }

    List<ProducerEntry> producerEntries(PartitionKey partition) {
        List<ProducerEntry> entries = new ArrayList<>();
        producers(partition).forEach((id, state) -> entries.add(new ProducerEntry(id, state)));
        return entries;
    }

    List<PartitionKey> partitions() {
        TreeSet<PartitionKey> keys = new TreeSet<>(KEY_ORDER);
        keys.addAll(logStarts.keySet());
        runs.forEach((key, value) -> addUnless(value.isEmpty(), keys, key));
        producers.forEach((key, value) -> addUnless(value.isEmpty(), keys, key));
        aborted.forEach((key, value) -> addUnless(value.isEmpty(), keys, key));
        return List.copyOf(keys);
    }

    private static void addUnless(boolean empty, TreeSet<PartitionKey> keys, PartitionKey key) {
        if (!empty) {
            keys.add(key);
        }
    }

    void deletePartition(PartitionKey partition) {
        runs.remove(partition);
        producers.remove(partition);
        aborted.remove(partition);
        logStarts.remove(partition);
    }
}
