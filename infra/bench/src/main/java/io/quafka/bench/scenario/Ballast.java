package io.quafka.bench.scenario;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongSupplier;

/// A file that fills the page cache before a broker starts. A virtual machine's memory may be the
/// host's until it is touched, and again once it is free: then whoever is the first to write into a
/// page of the cache pays for it, in CPU of his own, more than for the copy. With no memory free,
/// pages are used again.
///
/// @param file where it lies, made when it is missing or of another size
/// @param bytes its size, more than the page cache takes; 0 for none
public record Ballast(Path file, long bytes) {
    private static final int CHUNK_BYTES = 16 << 20;

    /// Free memory that is little enough.
    private static final long FREE_BYTES = 512L << 20;

    /// Reads the file until no memory is free.
    ///
    /// @param free tells how many bytes are free
    void load(LongSupplier free) throws IOException {
        if (bytes == 0) {
            Files.deleteIfExists(file);
            return;
        }
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
        if (!Files.exists(file) || Files.size(file) != bytes) {
            write(chunk);
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            while (free.getAsLong() > FREE_BYTES && channel.read(chunk.clear()) >= 0) {
                // only for the page cache
            }
        }
    }

    private void write(ByteBuffer chunk) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            long left = bytes;
            while (left > 0) {
                chunk.clear().limit((int) Math.min(left, CHUNK_BYTES));
                left -= channel.write(chunk);
            }
            channel.force(true);
        }
    }
}
