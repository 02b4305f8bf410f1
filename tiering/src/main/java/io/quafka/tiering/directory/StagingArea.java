package io.quafka.tiering.directory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Where files lie until they are objects: `.staging/<process>/` under the root, a name that no key
/// can have.
///
/// ```
/// .staging/<random>.lock    locked by the process that stages in
/// .staging/<random>/        whose files are named 0, 1, 2...
/// ```
///
/// A lock that can be had is that of a dead process: what it staged is swept.
final class StagingArea implements AutoCloseable {
    private static final String LOCK_SUFFIX = ".lock";

    /// File locks belong to a process: areas of this one are told by this.
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    private final Path all;
    private final Path own;
    private final Path lockFile;
    private final FileChannel lockChannel;
    private final AtomicLong names = new AtomicLong();

    private StagingArea(Path all, Path own, Path lockFile, FileChannel lockChannel) {
        this.all = all;
        this.own = own;
        this.lockFile = lockFile;
        this.lockChannel = lockChannel;
    }

    static StagingArea open(Path root) throws IOException {
        Path all = Directories.createDurably(root.resolve(".staging"));
        String name = UUID.randomUUID().toString();
        Path lockFile = all.resolve(name + LOCK_SUFFIX);
        OURS.add(lockFile);
        FileChannel channel =
                FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        StagingArea area;
        try {
            channel.lock();
            Path own = Files.createDirectory(all.resolve(name));
            area = new StagingArea(all, own, lockFile, channel);
        } catch (IOException e) {
            OURS.remove(lockFile);
            channel.close();
            throw e;
        }
        area.sweep();
        return area;
    }

    StagedFile create() throws IOException {
        return new StagedFile(own.resolve(Long.toString(names.getAndIncrement())));
    }

    /// Removes what dead processes staged.
    ///
    /// @return files removed
    int sweep() throws IOException {
        int removed = 0;
        try (DirectoryStream<Path> locks = Files.newDirectoryStream(all, "*" + LOCK_SUFFIX)) {
            for (Path lock : locks) {
                if (!OURS.contains(lock)) {
                    removed += sweep(lock);
                }
            }
        }
        return removed;
    }

    private int sweep(Path lock) throws IOException {
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                FileLock held = tryLock(channel)) {
            if (held == null) {
                return 0;
            }
            String file = lock.getFileName().toString();
            Path directory = all.resolve(file.substring(0, file.length() - LOCK_SUFFIX.length()));
            // A process between its lock file and its lock has no directory yet: its file stays.
            if (!Files.isDirectory(directory)) {
                return 0;
            }
            int removed = remove(directory);
            Files.deleteIfExists(lock);
            return removed;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    private static int remove(Path directory) throws IOException {
        int removed = 0;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (Files.deleteIfExists(file)) {
                    removed++;
                }
            }
        }
        Files.deleteIfExists(directory);
        return removed;
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    @Override
    public void close() {
        try {
            remove(own);
            Files.deleteIfExists(lockFile);
            lockChannel.close();
        } catch (IOException e) {
            // The next process that opens the directory sweeps it.
        } finally {
            OURS.remove(lockFile);
        }
    }
}
