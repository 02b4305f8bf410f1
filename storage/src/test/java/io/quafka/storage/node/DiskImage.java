package io.quafka.storage.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A node's directory as it is at some moment, kept elsewhere: what a crash at that moment leaves.
final class DiskImage {
    private static final int ATTEMPTS_MAX = 20;
    private static final long QUIET_MS = 100;

    private DiskImage() {}

    /// What is there now, while the node goes on.
    static void copy(Path from, Path to) {
        try {
            Files.walkFileTree(
                    from,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(
                                Path folder, BasicFileAttributes attributes) throws IOException {
                            Files.createDirectories(to.resolve(from.relativize(folder)));
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            try {
                                Files.copy(file, to.resolve(from.relativize(file)));
                            } catch (NoSuchFileException e) {
                                if (Files.exists(file)) {
                                    throw e;
                                }
                            }
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFileFailed(Path file, IOException failure)
                                throws IOException {
                            if (failure instanceof NoSuchFileException) {
                                return FileVisitResult.CONTINUE;
                            }
                            throw failure;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What is there at one moment, which is waited for: nothing changed while it was copied.
    ///
    /// @return false, and nothing is kept, if there was no such moment for a while
    static boolean copyQuiet(Path from, Path to) throws IOException, InterruptedException {
        for (int i = 0; i < ATTEMPTS_MAX; i++) {
            Map<Path, String> before = state(from);
            copy(from, to);
            if (state(from).equals(before)) {
                return true;
            }
            delete(to);
            TimeUnit.MILLISECONDS.sleep(QUIET_MS);
        }
        return false;
    }

    private static Map<Path, String> state(Path root) throws IOException {
        Map<Path, String> files = new TreeMap<>();
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        files.put(file, attributes.size() + " at " + attributes.lastModifiedTime());
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFileFailed(Path file, IOException failure) {
                        files.put(file, "gone");
                        return FileVisitResult.CONTINUE;
                    }
                });
        return files;
    }

    static void delete(Path root) throws IOException {
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path folder, @Nullable IOException failure) throws IOException {
                        Files.delete(folder);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }
}
