package io.quafka.tiering.directory;

import io.quafka.tiering.store.ObjectInfo;
import io.quafka.tiering.store.ObjectSource;
import io.quafka.tiering.store.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/// One file as an object, whatever the key: for tools that look into what lies around.
public final class FileObject implements ObjectSource {
    private final Path file;

    public FileObject(Path file) {
        this.file = file;
    }

    @Override
    public int read(String key, long offset, ByteBuffer destination) throws StoreException {
        int start = destination.position();
        try (FileChannel channel = FileChannel.open(file)) {
            while (destination.hasRemaining()
                    && channel.read(destination, offset + destination.position() - start) >= 0) {}
            return destination.position() - start;
        } catch (IOException e) {
            destination.position(start);
            throw DirectoryStore.failure("cannot read " + file, key, e);
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
