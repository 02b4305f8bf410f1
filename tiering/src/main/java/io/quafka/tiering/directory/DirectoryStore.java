package io.quafka.tiering.directory;

import io.quafka.tiering.store.ObjectAbsentException;
import io.quafka.tiering.store.ObjectInfo;
import io.quafka.tiering.store.ObjectKeys;
import io.quafka.tiering.store.ObjectPage;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.ObjectUpload;
import io.quafka.tiering.store.StoreBusyException;
import io.quafka.tiering.store.StoreDeniedException;
import io.quafka.tiering.store.StoreException;
import io.quafka.tiering.store.StoreFailureException;
import io.quafka.tiering.store.StoreMeter;
import io.quafka.tiering.store.StoreOperation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Objects as files under a directory: the embedded default, and what tests read with their eyes.
///
/// An object is written to a file of [StagingArea], forced, and renamed or linked into its place,
/// whose directory is forced too: after a power loss it is there whole or not at all. Files that
/// are read stay readable when they are replaced or deleted meanwhile. Several processes may share
/// the directory if its file system has atomic renames, hard links and file locks.
///
/// A full disk is a [StoreBusyException]: room may be made.
public final class DirectoryStore implements ObjectStore {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /// How often a directory is made anew that somebody else removes because it was empty.
    private static final int PLACE_ATTEMPTS = 20;

    private final Path root;
    private final StagingArea staging;
    private final StoreMeter meter;

    private DirectoryStore(Path root, StagingArea staging, StoreMeter meter) {
        this.root = root;
        this.staging = staging;
        this.meter = meter;
    }

    /// Opens a directory, made if it is missing, and sweeps what earlier processes left of uploads.
    ///
    /// @throws StoreException if the directory cannot be written
    public static DirectoryStore open(Path directory, StoreMeter meter) throws StoreException {
        try {
            Path root = Directories.createDurably(directory.toAbsolutePath().normalize());
            return new DirectoryStore(root, StagingArea.open(root), meter);
        } catch (IOException e) {
            throw failure("cannot use the directory " + directory, directory.toString(), e);
        }
    }

    @Override
    public ObjectUpload create(String key) throws StoreException {
        ObjectKeys.check(key);
        return new DirectoryUpload(this, key, stage());
    }

    @Override
    public int read(String key, long offset, List<ByteBuffer> destinations) throws StoreException {
        Path file = path(key);
        if (offset < 0) {
            throw new IllegalArgumentException("negative offset " + offset);
        }
        long began = System.nanoTime();
        int count = 0;
        boolean done = false;
        try {
            count = FileObject.read(file, offset, destinations);
            done = true;
            return count;
        } catch (IOException e) {
            if (Files.isDirectory(file)) {
                throw new ObjectAbsentException(key, e);
            }
            throw failure("cannot read object " + key, key, e);
        } finally {
            count(StoreOperation.GET, done, count, began);
        }
    }

    @Override
    public ObjectInfo head(String key) throws StoreException {
        Path file = path(key);
        long began = System.nanoTime();
        boolean done = false;
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw new NoSuchFileException(file.toString());
            }
            done = true;
            return new ObjectInfo(
                    key, attributes.size(), attributes.lastModifiedTime().toInstant());
        } catch (IOException e) {
            throw failure("cannot look at object " + key, key, e);
        } finally {
            count(StoreOperation.HEAD, done, 0, began);
        }
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer bytes) throws StoreException {
        Path target = path(key);
        long began = System.nanoTime();
        ByteBuffer content = bytes.duplicate();
        boolean done = false;
        try (StagedFile staged = stage()) {
            staged.write(content.duplicate());
            staged.force();
            done = link(staged.path(), target) || holds(target, content);
            return done;
        } catch (IOException e) {
            throw failure("cannot store object " + key, key, e);
        } finally {
            count(StoreOperation.PUT, done, content.remaining(), began);
        }
    }

    @Override
    public ObjectPage list(String prefix, @Nullable String after) throws StoreException {
        ObjectKeys.checkPrefix(prefix);
        long began = System.nanoTime();
        boolean done = false;
        try {
            List<ObjectInfo> found =
                    new KeyWalk(root, prefix, after == null ? "" : after, PAGE_SIZE + 1).run();
            done = true;
            if (found.size() <= PAGE_SIZE) {
                return new ObjectPage(found, null);
            }
            List<ObjectInfo> page = found.subList(0, PAGE_SIZE);
            return new ObjectPage(page, page.getLast().key());
        } catch (IOException e) {
            throw failure("cannot list objects " + prefix, prefix, e);
        } finally {
            count(StoreOperation.LIST, done, 0, began);
        }
    }

    @Override
    public void delete(Collection<String> keys) throws StoreException {
        Set<Path> files = new LinkedHashSet<>();
        for (String key : keys) {
            files.add(path(key));
        }
        Set<Path> parents = new HashSet<>();
        StoreException first = null;
        for (Path file : files) {
            long began = System.nanoTime();
            boolean done = false;
            try {
                if (Files.deleteIfExists(file)) {
                    parents.add(file.getParent());
                }
                done = true;
            } catch (IOException e) {
                if (isAbsence(e)) {
                    done = true;
                    continue;
                }
                String key = root.relativize(file).toString();
                StoreException failure = failure("cannot delete object " + key, key, e);
                if (first == null) {
                    first = failure;
                } else {
                    first.addSuppressed(failure);
                }
            } finally {
                count(StoreOperation.DELETE, done, 0, began);
            }
        }
        forceAfterDelete(parents);
        if (first != null) {
            throw first;
        }
    }

    @Override
    public int sweepUploads(Duration age) throws StoreException {
        try {
            return staging.sweep();
        } catch (IOException e) {
            throw failure("cannot sweep uploads", root.toString(), e);
        }
    }

    @Override
    public String location() {
        return root.toUri().toString();
    }

    @Override
    public void close() {
        staging.close();
    }

    /// Puts a staged file in its place, replacing what is there.
    void place(String key, StagedFile staged) throws StoreException {
        Path target = path(key);
        long began = System.nanoTime();
        long size = staged.size();
        boolean done = false;
        try {
            staged.force();
            inParent(
                    target,
                    () -> Files.move(staged.path(), target, StandardCopyOption.ATOMIC_MOVE));
            done = true;
        } catch (IOException e) {
            throw failure("cannot store object " + key, key, e);
        } finally {
            count(StoreOperation.PUT, done, size, began);
        }
    }

    /// @param subject the key, or whatever else the message is about
    static StoreException failure(String message, String subject, IOException e) {
        if (e instanceof StoreException known) {
            return known;
        }
        if (isAbsence(e)) {
            return new ObjectAbsentException(subject, e);
        }
        if (e instanceof AccessDeniedException) {
            return new StoreDeniedException(message + ": " + e.getMessage(), e);
        }
        if (e instanceof ClosedByInterruptException) {
            return new StoreBusyException(message + ": interrupted", RETRY_AFTER, e);
        }
        String reason = String.valueOf(e.getMessage());
        if (reason.contains("No space left") || reason.contains("quota exceeded")) {
            return new StoreBusyException(message + ": " + reason, RETRY_AFTER, e);
        }
        return new StoreFailureException(message + ": " + e, e);
    }

    /// Whether the path leads nowhere; a file on the way to it says so with a reason only.
    private static boolean isAbsence(IOException e) {
        return e instanceof NoSuchFileException
                || e instanceof FileSystemException failure
                        && "Not a directory".equals(failure.getReason());
    }

    private StagedFile stage() throws StoreException {
        try {
            return staging.create();
        } catch (NoSuchFileException e) {
            throw new StoreFailureException("somebody removed the directory " + root, e);
        } catch (IOException e) {
            throw failure("cannot write in " + root, root.toString(), e);
        }
    }

    /// @return false if there is a file already
    private boolean link(Path file, Path target) throws IOException {
        try {
            inParent(target, () -> Files.createLink(target, file));
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /// Does something in a file's directory, which is made before and forced afterwards, even if
    /// others remove it because it was empty.
    private static void inParent(Path file, FileAction action) throws IOException {
        Path parent = Objects.requireNonNull(file.getParent());
        for (int attempt = 1; ; attempt++) {
            Directories.createDurably(parent);
            try {
                action.run();
                Directories.force(parent);
                return;
            } catch (NoSuchFileException e) {
                if (attempt == PLACE_ATTEMPTS) {
                    throw new IOException("cannot keep the directory " + parent, e);
                }
            }
        }
    }

    private static boolean holds(Path file, ByteBuffer content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() != content.remaining()) {
                return false;
            }
            ByteBuffer there = ByteBuffer.allocate(content.remaining());
            while (there.hasRemaining() && channel.read(there) >= 0) {}
            return there.flip().equals(content);
        }
    }

    private void forceAfterDelete(Set<Path> parents) throws StoreException {
        for (Path parent : parents) {
            try {
                Directories.force(parent);
                Directories.removeEmpty(parent, root);
            } catch (NoSuchFileException e) {
                // Somebody else found it empty first.
            } catch (IOException e) {
                throw failure("cannot make deletions durable", parent.toString(), e);
            }
        }
    }

    private Path path(String key) {
        return root.resolve(ObjectKeys.check(key));
    }

    private void count(StoreOperation operation, boolean succeeded, long bytes, long began) {
        meter.request(operation, succeeded, bytes, System.nanoTime() - began);
    }

    private interface FileAction {
        void run() throws IOException;
    }
}
