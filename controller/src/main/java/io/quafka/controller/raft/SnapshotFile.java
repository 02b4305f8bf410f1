package io.quafka.controller.raft;

import io.quafka.controller.codec.MetadataFormatException;
import io.quafka.controller.model.ClusterImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.zip.CRC32C;

/// An image on disk.
///
/// ```
/// file = i32 magic "QFMD", update (a whole one, see Update), i32 CRC-32C of all before it; big-endian
/// ```
///
/// Written beside its place, forced, then renamed into it: it is there whole or not at all.
final class SnapshotFile {
    private static final int MAGIC = 0x51464d44;

    private SnapshotFile() {}

    static void write(Path file, ClusterImage image) throws IOException {
        byte[] update = Update.whole(image).encode();
        ByteBuffer bytes = ByteBuffer.allocate(update.length + 8).putInt(MAGIC).put(update);
        bytes.putInt(crc(bytes.array(), bytes.position())).flip();
        Path beside = file.resolveSibling(file.getFileName() + ".writing");
        try (FileChannel channel =
                FileChannel.open(
                        beside,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(
                beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceDirectory(Objects.requireNonNull(file.toAbsolutePath().getParent(), "parent"));
    }

    /// @throws IOException for a file that cannot be read, is damaged, or comes from a newer
    ///   release
    static ClusterImage read(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        if (bytes.length < 8) {
            throw new IOException("metadata snapshot " + file + " is cut short");
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int end = bytes.length - 4;
        if (buffer.getInt(0) != MAGIC || buffer.getInt(end) != crc(bytes, end)) {
            throw new IOException(
                    "metadata snapshot " + file + " is damaged: its checksum does not fit");
        }
        try {
            return Update.decode(buffer.slice(4, end - 4)).applyTo(ClusterImage.EMPTY);
        } catch (MetadataFormatException e) {
            throw new IOException("metadata snapshot " + file + ": " + e.getMessage(), e);
        }
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    private static void forceDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
