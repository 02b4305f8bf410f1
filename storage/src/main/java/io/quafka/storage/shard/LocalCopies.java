package io.quafka.storage.shard;

import io.quafka.controller.model.TopicSettings;
import io.quafka.storage.index.PartitionKey;
import io.quafka.storage.index.Run;
import io.quafka.storage.index.ShardIndex;
import io.quafka.storage.index.TieredRange;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// Has records leave a shard's disk that lie in objects and are past their topic's local limits.
/// Goes by the index alone, so that idle partitions need not be in memory. Platform threads only.
public final class LocalCopies {
    private static final long KEEP = -1;

    private final Shard shard;
    private final ShardIndex index;

    public LocalCopies(Shard shard) {
        this.shard = shard;
        this.index = shard.index();
    }

    /// Raises local starts as the topics' limits say.
    ///
    /// @param settings of a topic, null where there is none
    /// @return partitions of which something left
    public int leave(Function<Uuid, @Nullable TopicSettings> settings, long nowMs)
            throws InterruptedException, ExecutionException {
        Map<PartitionKey, Long> starts = new HashMap<>();
        index.partitions(key -> {
            TopicSettings limits = settings.apply(key.topicId());
            long start = limits == null ? KEEP : decide(key, limits, nowMs);
            if (start != KEEP) {
                starts.put(key, start);
            }
            return !Thread.currentThread().isInterrupted();
        });
        for (Map.Entry<PartitionKey, Long> entry : starts.entrySet()) {
            shard.manifest().dropLocal(shard.partition(entry.getKey()), entry.getValue()).get();
        }
        return starts.size();
    }

    /// @return where the local copy should start, at most where the manifest ends; [#KEEP] if it
    ///   may start where it does
    private long decide(PartitionKey key, TopicSettings limits, long nowMs) {
        TieredRange lastRange = index.lastRange(key);
        Run first = lastRange == null ? null : index.firstRun(key);
        Run last = first == null ? null : index.lastRun(key);
        if (lastRange == null || first == null || last == null) {
            return KEEP;
        }
        long tieredEnd = lastRange.lastOffset() + 1;
        long start =
                Math.max(
                        byTime(key, limits.localRetentionMs(), nowMs, tieredEnd),
                        bySize(key, limits.localRetentionBytes(), first, last));
        start = Math.min(start, tieredEnd);
        return start > first.lastOffset() ? start : KEEP;
    }

    private long byTime(PartitionKey key, long retentionMs, long nowMs, long tieredEnd) {
        if (retentionMs < 0) {
            return KEEP;
        }
        long cutoff = nowMs - retentionMs;
        long[] start = {KEEP};
        index.scan(
                key,
                0,
                run -> {
                    boolean goes =
                            run.lastOffset() < tieredEnd
                                    && run.maxTimestamp() >= 0
                                    && run.maxTimestamp() < cutoff;
                    start[0] = goes ? run.lastOffset() + 1 : start[0];
                    return goes;
                });
        return start[0];
    }

    private long bySize(PartitionKey key, long retentionBytes, Run first, Run last) {
        if (retentionBytes < 0) {
            return KEEP;
        }
        long excess = last.cumulativeBytes() - retentionBytes;
        if (first.cumulativeBytes() > excess) {
            return KEEP;
        }
        Run kept = index.firstByCumulativeBytes(key, excess);
        return kept == null ? last.lastOffset() + 1 : kept.baseOffset();
    }
}
