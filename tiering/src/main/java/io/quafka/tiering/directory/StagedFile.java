package io.quafka.tiering.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/// A file that nobody sees as an object yet. Closing removes it from the staging area.
final class StagedFile implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final CRC32C crc = new CRC32C();
    private long size;

    StagedFile(Path path) throws IOException {
        this.path = path;
        this.channel =
                FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    void write(ByteBuffer bytes) throws IOException {
        crc.update(bytes.duplicate());
        size += bytes.remaining();
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    void force() throws IOException {
        channel.force(true);
    }

    Path path() {
        return path;
    }

    long size() {
        return size;
    }

    long crc32c() {
        return crc.getValue();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(path);
    }
}
