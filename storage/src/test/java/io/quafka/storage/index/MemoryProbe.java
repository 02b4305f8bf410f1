package io.quafka.storage.index;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.Uuid;

/// Uses every kind of call many times and prints `grew N`: the KiB that the process's memory grew
/// after the first round. Its heap is fixed and touched from the start, so that what grows is
/// native.
final class MemoryProbe {
    private static final int CALLS = 20_000;

    private MemoryProbe() {}

    public static void main(String[] arguments) throws IOException {
        IndexOptions small = new IndexOptions(1 << 20, 1 << 20, 16);
        try (Index index = Index.open(Path.of(arguments[0]), small)) {
            use(index.shard(0));
            long before = residentKib();
            use(index.shard(0));
            System.out.println("grew " + (residentKib() - before));
        }
    }

    private static void use(ShardIndex shard) {
        PartitionKey partition = new PartitionKey(new Uuid(1, 1), 0);
        byte[] state = new byte[50];
        for (int call = 0; call < CALLS; call++) {
            try (Update dropped = shard.newUpdate()) {
                dropped.putState("dropped", state);
            }
            shard.newUpdate()
                    .putRun(partition, new Run(call, call, call, 1, 1, call, call, call))
                    .putProducer(partition, 1, state)
                    .appliedTo(call)
                    .commit();
            shard.lastRun(partition);
            shard.runFor(partition, call);
            shard.scan(partition, call, _ -> false);
            shard.producers(partition);
            shard.getState("state");
            if (call % 1000 == 0) {
                shard.firstByCumulativeTimestamp(partition, call);
                shard.newUpdate().deleteRunsBefore(partition, call).commit();
            }
        }
    }

    private static long residentKib() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }
}
