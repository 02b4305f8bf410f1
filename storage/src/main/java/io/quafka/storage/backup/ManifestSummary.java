package io.quafka.storage.backup;

import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.TieredRange;
import io.quafka.storage.shard.ManifestEntry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// What a manifest's copy amounts to, a few numbers for each partition.
public final class ManifestSummary implements Consumer<ManifestEntry> {
    private final Map<PartitionKey, Part> parts = new HashMap<>();
    private final Set<PartitionKey> ongoing = new HashSet<>();

    /// A partition's history.
    ///
    /// @param start oldest offset that can be read
    /// @param end offset after the newest
    /// @param bytes of its batches, those below the start among them
    /// @param newestMs greatest timestamp of its records; -1 if there is none
    public record Part(long start, long end, long bytes, long newestMs) {
        private static final Part NONE = new Part(0, 0, 0, -1);
    }

    @Override
    public void accept(ManifestEntry entry) {
        switch (entry) {
            case ManifestEntry.Range(PartitionKey key, TieredRange range) -> {
                Part before = part(key);
                if (range.lastOffset() >= before.end()) {
                    parts.put(
                            key,
                            new Part(
                                    before.start(),
                                    range.lastOffset() + 1,
                                    before.bytes() + range.length(),
                                    Math.max(before.newestMs(), range.maxTimestamp())));
                }
            }
            case ManifestEntry.LogStart(PartitionKey key, long offset) -> {
                Part before = part(key);
                parts.put(
                        key,
                        new Part(
                                offset,
                                Math.max(offset, before.end()),
                                before.bytes(),
                                before.newestMs()));
            }
            case ManifestEntry.Dropped(PartitionKey key) -> {
                parts.remove(key);
                ongoing.remove(key);
            }
            case ManifestEntry.Aborted _ -> {}
            case ManifestEntry.Ongoing(PartitionKey key, var transactions) -> {
                if (transactions.isEmpty()) {
                    ongoing.remove(key);
                } else {
                    ongoing.add(key);
                }
            }
            case ManifestEntry.Stored _ -> {}
        }
    }

    public Part part(PartitionKey key) {
        return parts.getOrDefault(key, Part.NONE);
    }

    /// Partitions with transactions of which nobody knows the end.
    public Set<PartitionKey> ongoing() {
        return Set.copyOf(ongoing);
    }
}
