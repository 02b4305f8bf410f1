package io.quafka.storage.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Kills a writing process, and compares what it left with an index that had exactly the updates up
/// to the applied position.
class IndexCrashTest {
    private static final int KILLS = 3;

    @TempDir Path directory;
    @TempDir Path scratch;

    @Test
    @Timeout(120)
    void whatIsLeftIsExactlyTheUpdatesUpToTheAppliedPosition() throws Exception {
        Random random = new Random(5);
        long before = 0;
        for (int kill = 0; kill < KILLS; kill++) {
            long[] flushed = killWhileWriting(1 + random.nextInt(4), random.nextInt(20));
            Path expected = scratch.resolve("expected" + kill);
            try (Index left = Index.open(directory, CrashWriter.OPTIONS);
                    Index replayed = Index.open(expected, CrashWriter.OPTIONS)) {
                for (int id = 0; id < CrashWriter.SHARDS; id++) {
                    ShardIndex shard = left.shard(id);
                    ShardIndex model = replayed.shard(id);
                    assertThat(shard.appliedPosition()).isGreaterThanOrEqualTo(flushed[id]);
                    applyUpTo(model, shard.appliedPosition());
                    assertSame(shard, model);

                    // Replay that starts too early ends the same.
                    long again = Math.max(1, shard.appliedPosition() - 40);
                    long end = shard.appliedPosition() + 60;
                    for (long n = again; n <= end; n++) {
                        CrashWriter.apply(shard, n);
                    }
                    applyUpTo(model, end);
                    assertSame(shard, model);
                }
                assertThat(left.shard(0).appliedPosition()).isGreaterThan(before);
                before = left.shard(0).appliedPosition();
            }
        }
    }

    /// @return what was applied at the last flush it told of, by shard
    private long[] killWhileWriting(int flushes, int delayMillis) throws Exception {
        Process writer =
                ChildProcess.start(CrashWriter.class, List.of("-Xmx64m"), directory.toString());
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(writer.getInputStream(), StandardCharsets.UTF_8))) {
            String line = "";
            for (int count = 0; count < flushes; ) {
                line = Objects.requireNonNull(lines.readLine(), "the writer died");
                count += line.startsWith("flushed") ? 1 : 0;
            }
            // The moment of the kill should fall anywhere; nothing waits for this delay.
            boolean ended = writer.waitFor(Duration.ofMillis(delayMillis));
            assertThat(ended).isFalse();
            writer.toHandle()
                    .destroyForcibly(); // unlike the process's own method, leaves its output
            // readable
            writer.waitFor();
            return lastFlush(lines, line);
        }
    }

    private static long[] lastFlush(BufferedReader lines, String last) throws IOException {
        String flush = last;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.matches("flushed \\d+ \\d+")) {
                flush = line;
            }
        }
        String[] words = flush.split(" ", -1);
        return new long[] {Long.parseLong(words[1]), Long.parseLong(words[2])};
    }

    private static void applyUpTo(ShardIndex shard, long end) {
        while (shard.appliedPosition() < end) {
            CrashWriter.apply(shard, shard.appliedPosition() + 1);
        }
    }

    private static void assertSame(ShardIndex shard, ShardIndex model) {
        assertThat(shard.appliedPosition()).isEqualTo(model.appliedPosition());
        assertThat(shard.segmentLive()).isEqualTo(model.segmentLive());
        assertThat(shard.getState("last")).isEqualTo(model.getState("last"));
        for (PartitionKey partition : CrashWriter.PARTITIONS) {
            assertThat(runs(shard, partition)).isEqualTo(runs(model, partition));
            assertThat(shard.logStart(partition)).isEqualTo(model.logStart(partition));
            assertThat(shard.producers(partition)).isEqualTo(model.producers(partition));
        }
    }

    private static List<Run> runs(ShardIndex shard, PartitionKey partition) {
        List<Run> runs = new ArrayList<>();
        shard.scan(partition, 0, runs::add);
        return runs;
    }
}
