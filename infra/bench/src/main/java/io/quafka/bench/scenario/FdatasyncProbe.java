package io.quafka.bench.scenario;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;

/// Measures one `fdatasync` after a small write into a file that exists already.
public final class FdatasyncProbe {
    private static final int WRITE_BYTES = 4096;
    private static final int FILE_BYTES = 16 << 20;
    private static final int ROUNDS = 500;

    private FdatasyncProbe() {}

    /// The median on the disk of a directory.
    public static Duration median(Path directory) throws IOException {
        Path file = Files.createTempFile(directory, "fdatasync", ".probe");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocateDirect(FILE_BYTES), 0);
            channel.force(true);
            ByteBuffer block = ByteBuffer.allocateDirect(WRITE_BYTES);
            long[] nanos = new long[ROUNDS];
            for (int i = 0; i < ROUNDS; i++) {
                long before = System.nanoTime();
                channel.write(block.clear(), (long) i * WRITE_BYTES);
                channel.force(false);
                nanos[i] = System.nanoTime() - before;
            }
            Arrays.sort(nanos);
            return Duration.ofNanos(nanos[ROUNDS / 2]);
        } finally {
            Files.delete(file);
        }
    }
}
