package io.quafka.storage.log;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The mark upon a shard's directory while it is filled with a copy of another replica's: what is
/// in it, and in the index of the shard, is worth nothing before the mark is gone.
///
/// It is a file beside the log's, and not a row of the index, for the index may be lost alone.
public final class UnfinishedCopy {
    private static final String MARK = "copying";

    private UnfinishedCopy() {}

    public static boolean is(Path directory) {
        return Files.exists(directory.resolve(MARK));
    }

    /// Puts the mark there, durably.
    public static void begin(Path directory) throws IOException {
        Files.createDirectories(directory);
        try (FileChannel mark =
                FileChannel.open(
                        directory.resolve(MARK),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            mark.force(true);
        }
        CommitLog.forceDirectory(directory);
    }

    /// Deletes everything beside the mark.
    ///
    /// @throws IllegalStateException where there is none
    public static void clear(Path directory) throws IOException {
        if (!is(directory)) {
            throw new IllegalStateException(directory + " holds no unfinished copy");
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (!file.getFileName().toString().equals(MARK)) {
                    Files.delete(file);
                }
            }
        }
        CommitLog.forceDirectory(directory);
    }

    /// Deletes a directory that was cleared. After a crash it may be there again, with the mark or
    /// empty.
    public static void remove(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(MARK));
        Files.deleteIfExists(directory);
    }

    /// Takes the mark away, durably: what is there counts from now on.
    public static void end(Path directory) throws IOException {
        Files.deleteIfExists(directory.resolve(MARK));
        CommitLog.forceDirectory(directory);
    }
}
