package io.quafka.storage.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.function.Predicate;

/// Rewrites a sealed segment without its dead runs. What lives keeps its position: the new file is
/// sparse where the dead runs were, and takes the old one's name in one atomic step. Readers that
/// have the old file open go on reading it.
final class SegmentHollower {
    static final String SUFFIX = ".hollow";

    private SegmentHollower() {}

    /// @return bytes of the pages that were kept
    static long hollow(Path path, int shard, long end, Predicate<GroupEntry> dead)
            throws IOException {
        Path target = path.resolveSibling(path.getFileName() + SUFFIX);
        Files.deleteIfExists(target);
        long kept = SegmentFile.BLOCK_BYTES;
        try (SegmentFile source = SegmentFile.open(path, shard, false);
                FileChannel out =
                        FileChannel.open(
                                target,
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.SPARSE)) {
            write(out, source.sealedBlock(shard), 0);
            GroupReader reader = new GroupReader(source, end);
            long position = source.base();
            while (position < end) {
                Group group = wholeGroup(reader, position, path);
                kept += copy(group, source, out, dead);
                position = group.end();
            }
            // The file's length stays what it was, so that every position can be read.
            write(out, ByteBuffer.allocate(1), SegmentFile.BLOCK_BYTES + source.capacity() - 1);
            kept += SegmentFile.PAGE_BYTES;
            out.force(true);
        }
        Files.move(target, path, StandardCopyOption.ATOMIC_MOVE);
        CommitLog.forceDirectory(Objects.requireNonNull(path.toAbsolutePath().getParent()));
        return kept;
    }

    private static Group wholeGroup(GroupReader reader, long position, Path path)
            throws IOException {
        if (reader.at(position) instanceof GroupReader.Found.Whole(Group group)) {
            return group;
        }
        throw new SegmentDamagedException(path, "no whole group at position " + position);
    }

    private static long copy(
            Group group, SegmentFile source, FileChannel out, Predicate<GroupEntry> dead)
            throws IOException {
        int payloadOffset = (int) (group.payloadPosition() - group.position());
        ByteBuffer head = ByteBuffer.allocateDirect(payloadOffset);
        source.read(group.position(), head);
        long fileOffset = SegmentFile.BLOCK_BYTES - source.base();
        Pages kept = new Pages();
        kept.add(fileOffset + group.position(), payloadOffset);
        for (int i = 0; i < group.entries().size(); i++) {
            GroupEntry entry = group.entries().get(i);
            if (!entry.kind().hasBatches() && !entry.kind().hasNote()) {
                continue;
            }
            if (entry.kind().hasBatches() && dead.test(entry)) {
                int at = GroupFormat.HEADER_BYTES + i * GroupFormat.ENTRY_BYTES;
                head.put(at, EntryKind.DEAD_RUN.code());
            } else {
                write(out, group.bytesOf(entry), fileOffset + entry.position());
                kept.add(fileOffset + entry.position(), entry.length());
            }
        }
        int headBytes = GroupFormat.HEADER_BYTES + group.entries().size() * GroupFormat.ENTRY_BYTES;
        head.putInt(GroupFormat.CRC_AT, GroupFormat.headCrc(head, 0, headBytes, source.salt()));
        write(out, head.clear(), fileOffset + group.position());
        return kept.bytes;
    }

    /// Counts the pages that stretches lie in; each begins behind the one before.
    private static final class Pages {
        private long bytes;
        private long next;

        void add(long at, long length) {
            long first = Math.max(next, at / SegmentFile.PAGE_BYTES);
            next =
                    Math.max(
                            next,
                            (at + length + SegmentFile.PAGE_BYTES - 1) / SegmentFile.PAGE_BYTES);
            bytes += (next - first) * SegmentFile.PAGE_BYTES;
        }
    }

    private static void write(FileChannel out, ByteBuffer bytes, long at) throws IOException {
        while (bytes.hasRemaining()) {
            at += out.write(bytes, at);
        }
    }
}
