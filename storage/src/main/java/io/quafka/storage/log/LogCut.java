package io.quafka.storage.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// Takes the end of a closed log away: what a replica has that its leader has not.
///
/// 1. Where to cut is noted in a file of its own, durably.
/// 2. Segments behind it are deleted, the newest first; the one it lies in is sealed no more, and
///    zeros are written over the rest of it: nothing of what lay there may pass for a group again.
/// 3. The note is deleted. A crash before leaves it, and the next opening does all of it again.
final class LogCut {
    private static final String NOTE = "cut";
    private static final int NOTE_BYTES = Long.BYTES + Integer.BYTES;
    private static final int ZEROS_BYTES = 1 << 20;

    private final Path directory;
    private final int shard;

    LogCut(Path directory, int shard) {
        this.directory = directory;
        this.shard = shard;
    }

    /// @param end up to where anything may lie
    void cut(long position, long end) throws IOException {
        Path note = directory.resolve(NOTE);
        ByteBuffer bytes = ByteBuffer.allocate(NOTE_BYTES).putLong(position);
        bytes.putInt(crc(position)).flip();
        try (FileChannel file =
                FileChannel.open(
                        note,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
        CommitLog.forceDirectory(directory);
        perform(position, end);
        Files.delete(note);
        CommitLog.forceDirectory(directory);
    }

    /// Does what a crash left undone.
    void resume() throws IOException {
        Path note = directory.resolve(NOTE);
        if (!Files.exists(note)) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(note));
        if (bytes.remaining() == NOTE_BYTES && bytes.getInt(Long.BYTES) == crc(bytes.getLong(0))) {
            perform(bytes.getLong(0), Long.MAX_VALUE);
        }
        Files.delete(note);
        CommitLog.forceDirectory(directory);
    }

    private static int crc(long position) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(Long.BYTES).putLong(position).flip());
        return (int) crc.getValue();
    }

    private void perform(long position, long end) throws IOException {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, "*.log")) {
            found.forEach(files::add);
        }
        files.sort(null);
        for (Path path : files.reversed()) {
            boolean behind;
            try (SegmentFile segment = SegmentFile.open(path, shard, true)) {
                behind = segment.base() > position;
                if (!behind) {
                    segment.unseal();
                    zero(segment, position, Math.min(end, segment.limit()));
                    segment.force();
                }
            }
            if (!behind) {
                break;
            }
            Files.delete(path);
        }
        CommitLog.forceDirectory(directory);
    }

    private static void zero(SegmentFile segment, long from, long to) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
        for (long at = from; at < to; ) {
            zeros.clear().limit((int) Math.min(ZEROS_BYTES, to - at));
            at += zeros.remaining();
            segment.overwrite(at - zeros.remaining(), zeros);
        }
    }
}
