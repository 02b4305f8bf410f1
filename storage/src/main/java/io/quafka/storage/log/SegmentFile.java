package io.quafka.storage.log;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/// One preallocated file of the commit log.
///
/// ```
/// File   := Block Group*
/// Block  := (4096 bytes, zero padded)
///    0  magic     int64  "QUAFKSEG"
///    8  version   int32  1
///   12  shard     int32
///   16  base      int64  position of the file's first group
///   24  salt      int64  random; seeds the groups' checksums, so that neither a recycled file's old groups nor bytes made by a
///                        client can pass for groups of this one
///   32  capacity  int64  bytes that groups may take
///   40  crc       int32  CRC-32C of bytes 0 to 39
///  512  end       int64  once sealed: position after its last group
///  520  endCrc    int32  CRC-32C of the salt and the end
/// ```
///
/// Reads may come from any thread; writes from the shard's writer alone.
final class SegmentFile implements AutoCloseable {
    static final int BLOCK_BYTES = 4096;

    /// What the page cache reads and writes at once.
    static final int PAGE_BYTES = 4096;

    private static final ByteBuffer ZEROS =
            ByteBuffer.allocateDirect(PAGE_BYTES).asReadOnlyBuffer();
    private static final long MAGIC = 0x515541464B534547L;
    private static final int VERSION = 1;
    private static final int MAX_GATHER = 1024;
    private static final int SEAL_AT = 512;

    /// The end of a segment that may still grow.
    static final long NOT_SEALED = -1;

    private final Path path;
    private final long base;
    private final long salt;
    private final long capacity;
    private final long sealedEnd;
    private final FileChannel channel;

    private SegmentFile(Path path, ByteBuffer block, FileChannel channel) {
        this.path = path;
        this.base = block.getLong(16);
        this.salt = block.getLong(24);
        this.capacity = block.getLong(32);
        this.sealedEnd =
                block.getInt(SEAL_AT + 8) == sealCrc(salt, block.getLong(SEAL_AT))
                        ? block.getLong(SEAL_AT)
                        : NOT_SEALED;
        this.channel = channel;
    }

    static String nameOf(long base) {
        return "%020d.log".formatted(base);
    }

    /// The header block of a segment that starts at `base`.
    static ByteBuffer block(int shard, long base, long salt, long capacity) {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
        block.putLong(MAGIC).putInt(VERSION).putInt(shard).putLong(base).putLong(salt);
        block.putLong(capacity);
        block.putInt(crcOf(block, block.position()));
        return block.clear();
    }

    /// What sealing adds to the header block.
    private static ByteBuffer sealOf(long salt, long end) {
        return ByteBuffer.allocateDirect(12).putLong(end).putInt(sealCrc(salt, end)).flip();
    }

    private static int sealCrc(long salt, long end) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(16).putLong(salt).putLong(end).flip());
        return (int) crc.getValue();
    }

    /// The header block of a sealed segment's copy.
    ByteBuffer sealedBlock(int shard) {
        ByteBuffer block = block(shard, base, salt, capacity);
        block.put(SEAL_AT, sealOf(salt, sealedEnd), 0, 12);
        return block;
    }

    /// Notes where the segment ends, for good; durable when this returns.
    void seal(long end) throws IOException {
        channel.position(SEAL_AT);
        ByteBuffer seal = sealOf(salt, end);
        while (seal.hasRemaining()) {
            channel.write(seal);
        }
        channel.force(false);
    }

    /// Takes the end back that was noted; not durable before [#force].
    void unseal() throws IOException {
        overwriteAt(SEAL_AT, ByteBuffer.allocateDirect(12));
    }

    /// Writes bytes over what lies at a position, without regard to groups.
    void overwrite(long position, ByteBuffer bytes) throws IOException {
        overwriteAt(BLOCK_BYTES + position - base, bytes);
    }

    private void overwriteAt(long at, ByteBuffer bytes) throws IOException {
        long to = at;
        while (bytes.hasRemaining()) {
            to += channel.write(bytes, to);
        }
    }

    private static int crcOf(ByteBuffer block, int bytes) {
        CRC32C crc = new CRC32C();
        crc.update(block.duplicate().position(0).limit(bytes));
        return (int) crc.getValue();
    }

    /// @throws SegmentDamagedException if the file is not a segment of that shard, or its header
    ///   block is damaged
    static SegmentFile open(Path path, int shard, boolean writable) throws IOException {
        FileChannel channel =
                writable
                        ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
                        : FileChannel.open(path, StandardOpenOption.READ);
        try {
            ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
            readFully(channel, block, 0, path);
            block.flip();
            if (block.getLong(0) != MAGIC || block.getInt(40) != crcOf(block, 40)) {
                throw new SegmentDamagedException(path, "its header block does not check");
            }
            if (block.getInt(8) != VERSION || block.getInt(12) != shard) {
                throw new SegmentDamagedException(
                        path,
                        "it is of version %d and shard %d, not %d and %d"
                                .formatted(block.getInt(8), block.getInt(12), VERSION, shard));
            }
            return new SegmentFile(path, block, channel);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    Path path() {
        return path;
    }

    long base() {
        return base;
    }

    long salt() {
        return salt;
    }

    long capacity() {
        return capacity;
    }

    /// Position after the last group, or [#NOT_SEALED].
    long sealedEnd() {
        return sealedEnd;
    }

    /// First position that can never lie in this segment.
    long limit() {
        return base + capacity;
    }

    static long wholePages(long bytes) {
        return (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
    }

    /// Writes the buffers one after the other at a position, in as few system calls as there can
    /// be, and zeros up to the page's end: a page written in part would have to be read from the
    /// disk first.
    ///
    /// @param buffers the last one is left free for the zeros
    void write(long position, ByteBuffer[] buffers) throws IOException {
        long at = BLOCK_BYTES + position - base;
        long end = at;
        for (int i = 0; i < buffers.length - 1; i++) {
            end += buffers[i].remaining();
        }
        buffers[buffers.length - 1] = ZEROS.duplicate().limit((int) (wholePages(end) - end));
        channel.position(at);
        int first = 0;
        while (first < buffers.length) {
            if (!buffers[first].hasRemaining()) {
                first++;
                continue;
            }
            channel.write(buffers, first, Math.min(MAX_GATHER, buffers.length - first));
        }
    }

    void force() throws IOException {
        channel.force(false);
    }

    /// Fills `target` from a position on.
    ///
    /// @throws EOFException if the file ends before
    void read(long position, ByteBuffer target) throws IOException {
        readFully(channel, target, BLOCK_BYTES + position - base, path);
    }

    private static void readFully(FileChannel channel, ByteBuffer target, long at, Path path)
            throws IOException {
        while (target.hasRemaining()) {
            int n = channel.read(target, at);
            if (n < 0) {
                throw new EOFException(path + " ends before byte " + (at + target.remaining()));
            }
            at += n;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
