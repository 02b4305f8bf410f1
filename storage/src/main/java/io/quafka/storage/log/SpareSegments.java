package io.quafka.storage.log;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps one file ready ahead of the log, so that appends go to blocks the file system has already
/// given out. Files are recycled from segments that retention emptied, or made by a thread of their
/// own, never past the disk's reserve:
///
/// - *filled with zeros* for a log that grows slowly: an `fdatasync` of what was written before
///   need not touch the file system's journal, and is answered sooner;
/// - *reserved* for a log that grows quickly, where each byte of zeros would take from the disk
///   what the next record needs.
///
/// All methods are safe on any thread.
final class SpareSegments implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SpareSegments.class);

    /// Files kept ready at most: one to take, one behind it.
    static final int READY_MAX = 2;

    private static final String SUFFIX = ".spare";
    private static final int FILL_CHUNK_BYTES = 1 << 20;
    private static final long RETRY_MS = 500;

    /// A log that grows by more gets files that are not filled. At most this much of a disk's rate
    /// goes to zeros, for each log.
    private static final long FILLED_BYTES_PER_SECOND_MAX = 16L << 20;

    private final Path directory;
    private final LogOptions options;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Spare> ready = new ArrayDeque<>();
    private final Thread filler;
    private long wantedCapacity;
    private long nextNumber;
    private long fillingBytes;
    private long takenBytes;
    private long takenCapacity;
    private long takenNanos = System.nanoTime();
    private boolean growsQuickly;
    private volatile LongPredicate growth = _ -> true;
    private boolean closed;
    private boolean diskShort;

    record Spare(Path path, long capacity) {}

    SpareSegments(Path directory, LogOptions options, long firstCapacity) throws IOException {
        this.directory = directory;
        this.options = options;
        this.wantedCapacity = firstCapacity;
        deleteLeftovers();
        filler = Thread.ofPlatform().daemon().name("quafka-spare-segments").start(this::fillLoop);
    }

    private void deleteLeftovers() throws IOException {
        String leftovers = "*{" + SUFFIX + "," + SegmentHollower.SUFFIX + "}";
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, leftovers)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    /// A file for at least `bytes` of groups, waiting while one is being filled. Null when the disk
    /// has no room for one: ask again later.
    @Nullable Spare take(long bytes) throws InterruptedException {
        lock.lock();
        try {
            wantedCapacity = Math.max(wantedCapacity, bytes);
            while (!closed) {
                for (Spare spare : ready) {
                    if (spare.capacity >= bytes) {
                        ready.remove(spare);
                        noteTaken(spare, System.nanoTime());
                        wantedCapacity =
                                Math.min(options.segmentBytes(), Math.max(1, spare.capacity * 2));
                        changed.signalAll();
                        return spare;
                    }
                }
                if (diskShort) {
                    return null;
                }
                if (ready.size() >= READY_MAX) {
                    // All are too small: a larger one is filled only when there is a place for it.
                    delete(ready.removeFirst());
                }
                changed.signalAll();
                changed.await();
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void noteTaken(Spare spare, long nanos) {
        takenBytes = SegmentFile.BLOCK_BYTES + spare.capacity;
        growsQuickly = growsQuickly(takenCapacity, nanos - takenNanos);
        takenCapacity = spare.capacity;
        takenNanos = nanos;
    }

    /// @param bytes that the log grew by
    static boolean growsQuickly(long bytes, long nanos) {
        return bytes > nanos * 1e-9 * FILLED_BYTES_PER_SECOND_MAX;
    }

    /// The file that was taken last is the log's: it counts as the log's from now on.
    void placed() {
        lock.lock();
        try {
            takenBytes = 0;
        } finally {
            lock.unlock();
        }
    }

    private static void delete(Spare spare) {
        try {
            Files.deleteIfExists(spare.path);
        } catch (IOException e) {
            log.atWarn().setCause(e).addKeyValue("file", spare.path).log("file not deleted");
        }
    }

    /// True if [#take] would not wait and not fail.
    boolean isReady(long bytes) {
        lock.lock();
        try {
            return ready.stream().anyMatch(spare -> spare.capacity >= bytes);
        } finally {
            lock.unlock();
        }
    }

    /// Takes over a segment's file that nobody reads or needs any more; deletes it if enough are
    /// ready.
    void recycle(Path segment, long capacity) throws IOException {
        lock.lock();
        try {
            if (!closed && ready.size() < READY_MAX && capacity >= options.segmentBytes()) {
                Path spare = newPath();
                Files.move(segment, spare, StandardCopyOption.ATOMIC_MOVE);
                ready.add(new Spare(spare, capacity));
            } else {
                Files.delete(segment);
            }
            changed.signalAll();
        } catch (AtomicMoveNotSupportedException e) {
            Files.delete(segment);
        } finally {
            lock.unlock();
        }
    }

    /// Asks, before each file that is made, whether the disk may hold so many bytes more.
    void askBeforeGrowing(LongPredicate mayGrow) {
        growth = mayGrow;
    }

    /// Bytes of a file that is being filled, the last of which may not be on the disk yet.
    long bytesBeingFilled() {
        lock.lock();
        try {
            return fillingBytes;
        } finally {
            lock.unlock();
        }
    }

    /// Bytes of the files that are ready, being filled, or taken and not placed yet.
    long bytesHeld() {
        lock.lock();
        try {
            long bytes = fillingBytes + takenBytes;
            for (Spare spare : ready) {
                bytes += SegmentFile.BLOCK_BYTES + spare.capacity;
            }
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    private Path newPath() {
        return directory.resolve(nextNumber++ + SUFFIX);
    }

    private void fillLoop() {
        try {
            while (true) {
                long capacity;
                Path path;
                boolean zeros;
                lock.lock();
                try {
                    while (!closed && hasEnough()) {
                        changed.await();
                    }
                    if (closed) {
                        return;
                    }
                    capacity = SegmentFile.wholePages(wantedCapacity);
                    path = newPath();
                    zeros = !growsQuickly;
                    fillingBytes = SegmentFile.BLOCK_BYTES + capacity;
                } finally {
                    lock.unlock();
                }
                boolean filled = tryFill(path, capacity, zeros);
                lock.lock();
                try {
                    noteFilled(path, capacity, filled);
                    if (!filled && !closed) {
                        changed.awaitNanos(RETRY_MS * 1_000_000);
                    }
                } finally {
                    lock.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean hasEnough() {
        long target = wantedCapacity;
        return ready.size() >= READY_MAX
                || ready.stream().anyMatch(spare -> spare.capacity >= target);
    }

    private void noteFilled(Path path, long capacity, boolean filled) {
        fillingBytes = 0;
        if (filled) {
            ready.add(new Spare(path, capacity));
        }
        if (diskShort == filled) {
            diskShort = !filled;
            log.atWarn()
                    .addKeyValue("directory", directory)
                    .addKeyValue("segmentBytes", capacity)
                    .addKeyValue("reserveBytes", options.reserveBytes())
                    .log(
                            filled
                                    ? "disk has room for segments again"
                                    : "disk has no room for another segment: produces will be refused");
        }
        changed.signalAll();
    }

    private boolean tryFill(Path path, long capacity, boolean zeros) {
        try {
            long bytes = SegmentFile.BLOCK_BYTES + capacity;
            if (Files.getFileStore(directory).getUsableSpace() < bytes + options.reserveBytes()
                    || !growth.test(bytes)) {
                return false;
            }
            if (zeros || !tryReserve(path, bytes)) {
                fill(path, bytes);
            }
            return true;
        } catch (IOException e) {
            log.atDebug().setCause(e).addKeyValue("file", path).log("spare segment not filled");
            try {
                Files.deleteIfExists(path);
            } catch (IOException again) {
                log.atWarn().setCause(again).addKeyValue("file", path).log("file not deleted");
            }
            return false;
        }
    }

    /// @return false where that cannot be done here: there is no file
    private static boolean tryReserve(Path path, long bytes) throws IOException {
        try (FileChannel channel =
                FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            if (BlockReservation.tryReserve(path, bytes)) {
                channel.force(true);
                return true;
            }
        }
        Files.delete(path);
        return false;
    }

    private static void fill(Path path, long bytes) throws IOException {
        try {
            fill(path, bytes, ExtendedOpenOption.DIRECT);
        } catch (UnsupportedOperationException | IOException e) {
            log.atDebug().setCause(e).addKeyValue("file", path).log("no direct writes here");
            Files.deleteIfExists(path);
            fill(path, bytes, StandardOpenOption.WRITE);
        }
    }

    /// Past the page cache where the file system can: less CPU, and the cache is left to records.
    private static void fill(Path path, long bytes, OpenOption how) throws IOException {
        ByteBuffer zeros =
                ByteBuffer.allocateDirect(FILL_CHUNK_BYTES + SegmentFile.PAGE_BYTES)
                        .alignedSlice(SegmentFile.PAGE_BYTES);
        try (FileChannel channel =
                FileChannel.open(
                        path,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, how))) {
            for (long at = 0; at < bytes; ) {
                zeros.position(0).limit((int) Math.min(FILL_CHUNK_BYTES, bytes - at));
                at += channel.write(zeros, at);
            }
            channel.force(true);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        boolean interrupted = false;
        while (filler.isAlive()) {
            try {
                filler.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
