package io.quafka.storage.index;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.Uuid;

/// Writes numbered updates to two shards until it is killed, from where the index says it stopped;
/// prints `flushed shard0 shard1` with what the index had applied when it was last asked to flush.
///
/// Update n of a shard is a function of n alone, and so is the shard after n updates.
final class CrashWriter {
    static final IndexOptions OPTIONS = new IndexOptions(1 << 20, 1 << 20, 16);
    static final int SHARDS = 2;
    static final List<PartitionKey> PARTITIONS = List.of(key(0), key(1), key(2), key(3), key(4));

    private static final int RUNS_KEPT = 200;
    private static final int FLUSH_EVERY = 700;

    private CrashWriter() {}

    private static PartitionKey key(int partition) {
        return new PartitionKey(new Uuid(1, 1), partition);
    }

    static void apply(ShardIndex shard, long n) {
        PartitionKey partition = PARTITIONS.get((int) (n % PARTITIONS.size()));
        byte[] state = ByteBuffer.allocate(Long.BYTES).putLong(n).array();
        Update update = shard.newUpdate();
        update.putRun(partition, new Run(n, n, n * 100, 100, 1, n, n, n * 100))
                .putProducer(partition, n % 7, state)
                .putSegmentLive(n % 3, n)
                .putLogStart(partition, n)
                .putState("last", state)
                .appliedTo(n);
        if (n % 50 == 0 && n > RUNS_KEPT) {
            PARTITIONS.forEach(each -> update.deleteRunsBefore(each, n - RUNS_KEPT));
        }
        if (n % 91 == 0) {
            update.deletePartition(PARTITIONS.get((int) (n / 91 % PARTITIONS.size())));
            update.deleteSegment(n % 2);
        }
        update.commit();
    }

    public static void main(String[] arguments) {
        Index index = Index.open(Path.of(arguments[0]), OPTIONS);
        while (true) {
            StringBuilder applied = new StringBuilder("flushed");
            for (int id = 0; id < SHARDS; id++) {
                ShardIndex shard = index.shard(id);
                for (int count = 0; count < FLUSH_EVERY + id; count++) {
                    apply(shard, shard.appliedPosition() + 1);
                }
                applied.append(' ').append(shard.appliedPosition());
            }
            index.flush();
            System.out.println(applied);
        }
    }
}
