package io.quafka.tiering.directory;

import io.quafka.tiering.store.ObjectInfo;
import io.quafka.tiering.store.ObjectSource;
import io.quafka.tiering.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// One file as an object, whatever the key: for tools that look into what lies around.
public final class FileObject implements ObjectSource {
    private final Path file;

    public FileObject(Path file) {
        this.file = file;
    }

    @Override
    public int read(String key, long offset, List<ByteBuffer> destinations) throws StoreException {
        try {
            return read(file, offset, destinations);
        } catch (IOException e) {
            throw DirectoryStore.failure("cannot read " + file, key, e);
        }
    }

    /// As [ObjectSource#read(String, long, List)], of a file.
    static int read(Path file, long offset, List<ByteBuffer> destinations) throws IOException {
        int[] starts = destinations.stream().mapToInt(ByteBuffer::position).toArray();
        int count = 0;
        boolean done = false;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            boolean more = true;
            for (int i = 0; i < starts.length && more; i++) {
                ByteBuffer each = destinations.get(i);
                while (each.hasRemaining() && more) {
                    int read = channel.read(each, offset + count);
                    more = read >= 0;
                    count += Math.max(0, read);
                }
            }
            done = true;
            return count;
        } finally {
            for (int i = 0; i < starts.length && !done; i++) {
                destinations.get(i).position(starts[i]);
            }
        }
    }

    @Override
    public ObjectInfo head(String key) throws StoreException {
        try {
            return new ObjectInfo(
                    key, Files.size(file), Files.getLastModifiedTime(file).toInstant());
        } catch (IOException e) {
            throw DirectoryStore.failure("cannot look at " + file, key, e);
        }
    }
}
