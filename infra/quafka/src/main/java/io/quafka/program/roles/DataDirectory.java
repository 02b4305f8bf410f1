package io.quafka.program.roles;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.kafka.common.Uuid;

/// The directory in which this process, and no other, keeps everything it keeps.
final class DataDirectory implements AutoCloseable {
    private static final String LOCK_NAME = "quafka.lock";

    /// There while a recovery is not complete.
    private static final String INCOMPLETE_NAME = "recovery.incomplete";

    private final Path path;
    private final FileChannel lock;
    private NodeIdentity identity;

    private DataDirectory(Path path, FileChannel lock, NodeIdentity identity) {
        this.path = path;
        this.lock = lock;
        this.identity = identity;
    }

    /// Makes the directory if need be, and holds it until it is closed or the process ends, in
    /// whatever way.
    ///
    /// @throws StartException if another process holds it, or it cannot be used
    static DataDirectory open(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        if (Files.exists(path.resolve(INCOMPLETE_NAME))) {
            throw new StartException(
                    "the data directory %s is what a 'quafka recover' left that did not end: empty it, and recover again"
                            .formatted(path));
        }
        return take(path);
    }

    /// Makes a directory that cannot be opened until [#endRecovery].
    static DataDirectory beginRecovery(Path directory) throws IOException {
        Path path = directory.toAbsolutePath().normalize();
        Files.createDirectories(path);
        Files.createFile(path.resolve(INCOMPLETE_NAME));
        force(path);
        return take(path);
    }

    /// All that was recovered is durable.
    void endRecovery() throws IOException {
        Files.delete(path.resolve(INCOMPLETE_NAME));
        force(path);
    }

    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static DataDirectory take(Path path) {
        try {
            Files.createDirectories(path);
            FileChannel lock = lock(path);
            try {
                return new DataDirectory(path, lock, NodeIdentity.readOrDraw(path));
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new StartException("cannot use the data directory " + path + ": " + e, e);
        }
    }

    private static FileChannel lock(Path path) throws IOException {
        Path file = path.resolve(LOCK_NAME);
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            FileLock held = channel.tryLock();
            if (held != null) {
                String holder = ProcessHandle.current().pid() + "\n";
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8)));
                return channel;
            }
        } catch (OverlappingFileLockException _) {
            // Held in this very process: told like any other holder.
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        channel.close();
        throw new StartException(
                "the data directory "
                        + path
                        + " is in use by another quafka (process "
                        + Files.readString(file).strip()
                        + ")");
    }

    Path path() {
        return path;
    }

    Path resolve(String name) {
        return path.resolve(name);
    }

    Uuid incarnation() {
        return identity.incarnation();
    }

    /// Notes durably, the first time, which cluster the data belongs to.
    ///
    /// @throws StartException if it belongs to another
    void requireCluster(String clusterId) {
        String mine = identity.clusterId();
        if (clusterId.equals(mine)) {
            return;
        }
        if (mine != null) {
            throw new StartException(
                    "the data directory "
                            + path
                            + " belongs to cluster "
                            + mine
                            + ", and the controller is of cluster "
                            + clusterId);
        }
        try {
            NodeIdentity joined = identity.inCluster(clusterId);
            joined.write(path);
            identity = joined;
        } catch (IOException e) {
            throw new StartException("cannot write to the data directory " + path + ": " + e, e);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
