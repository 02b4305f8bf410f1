package io.quafka.storage.tier;

import io.quafka.storage.index.FolderSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What objects take of a node's volume, and what they may: where the store is a directory on the
/// same volume as the node's data. Elsewhere they take nothing of it, and nothing limits them here.
///
/// The directory is measured at the start, by the tiering thread now and then, and after deletions;
/// in between, uploads are added. Any thread; figures come from memory.
public final class ObjectSpace {
    /// Others may write to the directory as well.
    static final Duration MEASURE_INTERVAL = Duration.ofSeconds(30);

    /// An object's index and footer come on top of its batches.
    private static final int FOOTER_PART = 64;

    private static final long FOOTER_BYTES = 64 << 10;

    /// No object is begun for less, or for less than this part of all that objects may take.
    private static final long ROOM_MIN_BYTES = 1 << 20;

    private static final int ROOM_MIN_PART = 256;

    /// Null where nothing of the volume is kept for objects.
    private final @Nullable Path directory;

    private final double percent;
    private final InstantSource clock;
    private final AtomicLong used = new AtomicLong();
    private volatile boolean deleting;
    private volatile long limit;
    private long measuredMs;

    private ObjectSpace(@Nullable Path directory, double percent, InstantSource clock) {
        this.directory = directory;
        this.percent = percent;
        this.clock = clock;
    }

    /// Measures.
    ///
    /// @param tiering null where there is no object store
    /// @param data the node's directory
    /// @param targetBytes what Quafka may take of its volume
    public static ObjectSpace open(
            @Nullable TieringConfig tiering, Path data, long targetBytes, InstantSource clock)
            throws IOException {
        StoreDirectory store = tiering == null ? null : tiering.directory();
        ObjectSpace space =
                store != null && isOneVolume(store.path(), data)
                        ? new ObjectSpace(store.path(), store.percent(), clock)
                        : new ObjectSpace(null, 0, clock);
        space.target(targetBytes);
        space.measure();
        return space;
    }

    private static boolean isOneVolume(Path one, Path other) throws IOException {
        return Files.getFileStore(one).equals(Files.getFileStore(other));
    }

    /// Of what Quafka may take of the volume, what is kept for objects.
    public long aside(long targetBytes) {
        return (long) (targetBytes * (percent / 100));
    }

    /// From now on, objects may take as much as [#aside] says of this.
    public void target(long targetBytes) {
        limit = aside(targetBytes);
    }

    /// Bytes of the volume that objects are known to take; less while some are being deleted.
    public long atLeast() {
        return deleting ? 0 : used.get();
    }

    /// Bytes of the volume that objects take, as last known.
    public long used() {
        return used.get();
    }

    /// What objects may take; 0 where they are elsewhere.
    public long limit() {
        return limit;
    }

    /// Of what is kept for objects, what they do not take yet.
    public long unfilled() {
        return Math.max(0, limit - used.get());
    }

    /// What objects take beyond what they may: it is there, and so it counts with the logs.
    public long beyond() {
        return Math.max(0, used.get() - limit);
    }

    /// Bytes of batches that the next object may take; 0 where none should be begun.
    long room() {
        if (directory == null) {
            return Long.MAX_VALUE;
        }
        long left = limit - used.get();
        long least = Math.max(ROOM_MIN_BYTES, limit / ROOM_MIN_PART);
        return left < least ? 0 : left - left / FOOTER_PART - FOOTER_BYTES;
    }

    void uploaded(long bytes) {
        if (directory != null) {
            used.addAndGet(bytes);
        }
    }

    /// Deletes something, then looks what is left. Meanwhile, what objects take is not known.
    void deleting(Deletion deletion) throws IOException {
        if (directory == null) {
            deletion.run();
            return;
        }
        deleting = true;
        try {
            deletion.run();
        } finally {
            measure();
            deleting = false;
        }
    }

    /// What deletes objects.
    interface Deletion {
        void run() throws IOException;
    }

    /// Looks at the directory if it was not for [#MEASURE_INTERVAL]. One thread.
    void measureNowAndThen() throws IOException {
        if (directory != null && clock.millis() - measuredMs >= MEASURE_INTERVAL.toMillis()) {
            measure();
        }
    }

    private void measure() throws IOException {
        Path there = directory;
        if (there != null) {
            measuredMs = clock.millis();
            used.set(FolderSize.of(there));
        }
    }
}
