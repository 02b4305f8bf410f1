package io.quafka.storage.tier;

import io.quafka.storage.index.FolderSize;
import io.quafka.tiering.store.ObjectAbsentException;
import io.quafka.tiering.store.ObjectStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What objects take of a node's volume, and what they may: where the store is a directory on the
/// same volume as the node's data. Elsewhere they take nothing of it, and nothing limits them here.
///
/// Who makes an object takes [Room] for it first, so that several being made at once stay within
/// the limit together. What lies in the directory is known from looking at it at the start, after
/// each round of copies and whenever an object's making failed; in between, objects that are made
/// and deleted are counted. Any thread; a look at many files takes its time, and others wait for
/// it.
public final class ObjectSpace {
    /// An object's index and footer come on top of its batches.
    private static final int FOOTER_PART = 64;

    private static final long FOOTER_BYTES = 64 << 10;

    /// No object is begun for less, or for less than this part of all that objects may take.
    private static final long LEAST_BYTES = 1 << 20;

    private static final int LEAST_PART = 256;

    /// Null where nothing of the volume is kept for objects.
    private final @Nullable Path directory;

    private final double percent;
    private volatile long limit;
    private volatile long used;

    /// By objects that are being made.
    private long taken;

    /// How often the directory was looked at.
    private long looks;

    private ObjectSpace(@Nullable Path directory, double percent) {
        this.directory = directory;
        this.percent = percent;
    }

    /// Looks at the directory.
    ///
    /// @param tiering null where there is no object store
    /// @param data the node's directory
    /// @param targetBytes what Quafka may take of its volume
    public static ObjectSpace open(@Nullable TieringConfig tiering, Path data, long targetBytes)
            throws IOException {
        StoreDirectory store = tiering == null ? null : tiering.directory();
        ObjectSpace space =
                store != null && isOneVolume(store.path(), data)
                        ? new ObjectSpace(store.path(), store.percent())
                        : new ObjectSpace(null, 0);
        space.target(targetBytes);
        space.look();
        return space;
    }

    private static boolean isOneVolume(Path one, Path other) throws IOException {
        return Files.getFileStore(one).equals(Files.getFileStore(other));
    }

    /// Keeps the objects' part of this for them from now on.
    ///
    /// @param bytes what Quafka may take of the volume
    public void target(long bytes) {
        limit = (long) (bytes * (percent / 100));
    }

    /// Bytes of the volume that objects take: no more than there are, but for what others deleted
    /// since the last look.
    public long used() {
        return used;
    }

    /// What objects may take; 0 where they are elsewhere.
    public long limit() {
        return limit;
    }

    /// Of what is kept for objects, what they do not take yet.
    public long unfilled() {
        return Math.max(0, limit - used);
    }

    /// What objects take beyond what they may: it is there, and so it counts with the logs.
    public long beyond() {
        return Math.max(0, used - limit);
    }

    /// Bytes of batches that one more object may take; 0 where none should be begun.
    synchronized long left() {
        if (directory == null) {
            return Long.MAX_VALUE;
        }
        long bytes = limit - used - taken;
        long least = Math.max(LEAST_BYTES, limit / LEAST_PART);
        return bytes < least ? 0 : bytes - bytes / FOOTER_PART - FOOTER_BYTES;
    }

    /// Takes room for an object that is to be made: nobody else gets it until it is closed.
    ///
    /// @param bytes of batches
    synchronized Room take(long bytes) {
        return new Room(Math.min(bytes, left()));
    }

    /// Room for one object.
    final class Room implements AutoCloseable {
        private final long bytes;
        private final long whole;
        private final long looksBefore = looks;
        private long filled;

        private Room(long bytes) {
            this.bytes = bytes;
            this.whole = bytes + bytes / FOOTER_PART + FOOTER_BYTES;
            taken += whole;
        }

        /// Bytes of batches that the object may have: what was asked for, or what there was.
        long bytes() {
            return bytes;
        }

        /// The object is in the store, and has so many bytes.
        void filled(long size) {
            filled = size;
        }

        @Override
        public void close() throws IOException {
            synchronized (ObjectSpace.this) {
                taken -= whole;
                // Where there was no room nothing was begun. A look meanwhile may have seen the
                // object, or a part of it.
                if (bytes == 0) {
                    return;
                }
                if (filled > 0 && looks == looksBefore) {
                    used += directory == null ? 0 : filled;
                } else {
                    look();
                }
            }
        }
    }

    /// Deletes objects; some may be absent.
    synchronized void delete(ObjectStore store, List<String> keys) throws IOException {
        if (directory == null) {
            store.delete(keys);
            return;
        }
        boolean done = false;
        try {
            long bytes = 0;
            for (String key : keys) {
                bytes += size(store, key);
            }
            used = Math.max(0, used - bytes);
            store.delete(keys);
            done = true;
        } finally {
            if (!done) {
                look();
            }
        }
    }

    private static long size(ObjectStore store, String key) throws IOException {
        try {
            return store.head(key).size();
        } catch (ObjectAbsentException _) {
            return 0;
        }
    }

    /// Finds out what lies in the directory.
    synchronized void look() throws IOException {
        looks++;
        if (directory != null) {
            used = FolderSize.of(directory);
        }
    }
}
