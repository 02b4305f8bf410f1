package io.quafka.storage.node;

import io.quafka.storage.index.FolderSize;
import io.quafka.storage.index.Index;
import io.quafka.storage.index.IndexException;
import io.quafka.storage.shard.Housekeeping;
import io.quafka.storage.tier.ObjectSpace;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Adds up what a node's files take of its volume. One thread, but where it says otherwise.
final class DiskMeter {
    private static final Logger log = LoggerFactory.getLogger(DiskMeter.class);

    private final Index index;
    private final Path directory;
    private final List<Path> beside;
    private final ObjectSpace objects;

    /// Directories of shards that are made anew.
    private final Set<Path> copies = ConcurrentHashMap.newKeySet();

    /// @param directory of the node
    /// @param beside directories of other roles of this process: counted where they are on the same
    ///   volume
    /// @param objects counted as far as they are more than is kept for them
    DiskMeter(Index index, Path directory, List<Path> beside, ObjectSpace objects) {
        this.index = index;
        this.directory = directory;
        this.beside = beside;
        this.objects = objects;
    }

    /// Counts what is in a directory that no chore is about. Any thread.
    void add(Path copy) {
        copies.add(copy);
    }

    void remove(Path copy) {
        copies.remove(copy);
    }

    /// What is taken, in bytes.
    ///
    /// @param used by all files
    /// @param dead of that, what nobody needs any more
    /// @param copy what making a segment hollow may take for a moment: as much as the largest
    /// @param ahead what the index may take beyond, though nothing more is written to the logs
    /// @param aheadPart what it may take for each byte that is
    record Use(long used, long dead, long copy, long ahead, double aheadPart) {}

    Use measure(List<Housekeeping> chores) throws IOException {
        long logs = 0;
        long dead = 0;
        long filling = 0;
        long copy = 0;
        for (Housekeeping chore : chores) {
            Housekeeping.Space space = chore.space();
            logs += space.held();
            dead += space.dead();
            filling += space.filling();
            copy = Math.max(copy, space.largest());
        }
        for (Path each : copies) {
            logs += FolderSize.of(each);
        }
        long tables = 0;
        long ahead = 0;
        try {
            tables = index.sizeOnDisk();
            ahead = index.bytesAhead();
        } catch (IndexException e) {
            log.atDebug().setCause(e).log("the index' size is not known");
        }
        // After a restart, nobody knows which segments are hollow: the volume does.
        long files = logs + tables + besideBytes();
        long used = Math.min(files, othersThanObjects() + filling) + objects.beyond();
        return new Use(used, dead, copy, ahead, Math.min(1, (double) ahead / Math.max(1, logs)));
    }

    private long besideBytes() throws IOException {
        long bytes = 0;
        FileStore own = Files.getFileStore(directory);
        for (Path other : beside) {
            if (Files.isDirectory(other) && Files.getFileStore(other).equals(own)) {
                bytes += FolderSize.of(other);
            }
        }
        return bytes;
    }

    /// What the volume holds but for objects.
    private long othersThanObjects() throws IOException {
        FileStore store = Files.getFileStore(directory);
        return Math.max(0, store.getTotalSpace() - store.getUnallocatedSpace() - objects.used());
    }
}
