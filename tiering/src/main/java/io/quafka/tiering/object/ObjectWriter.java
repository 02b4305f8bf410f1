package io.quafka.tiering.object;

import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.ObjectUpload;
import io.quafka.tiering.store.StoreException;
import io.quafka.tiering.store.StoredObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.Records;
import org.jspecify.annotations.Nullable;

/// Streams batches into one object: partition after partition in their order, each one's batches in
/// the order of their offsets. For one thread at a time.
///
/// Checks each batch's own checksum on the way, so that damage on a disk does not become the
/// history; the first 21 bytes of a batch, which its checksum leaves out, are for the caller to
/// vouch for. In memory are the parts of the upload, the index, and the largest batch read from a
/// file.
///
/// ```
/// try (ObjectWriter writer = ObjectWriter.begin(store, key, origin, BLOCK_BYTES)) {
///     writer.append(partition, batches);
///     ...
///     writer.commit();
/// }
/// ```
public final class ObjectWriter implements AutoCloseable {
    /// Bytes of a block unless a batch is larger: what a cold read of one record costs at least,
    /// and a request for how much of a sequential one.
    public static final int BLOCK_BYTES = 1 << 20;

    private static final int SCRATCH_BYTES = 1 << 20;

    private final ObjectUpload upload;
    private final String key;
    private final ObjectOrigin origin;
    private final int blockBytes;
    private final CRC32C crc = new CRC32C();

    private final List<PartitionBlocks> done = new ArrayList<>();
    private final List<Block> blocks = new ArrayList<>();
    private final List<AbortedRange> aborted = new ArrayList<>();
    private @Nullable TieredPartition current;
    private @Nullable ByteBuffer scratch;

    /// The block that is being filled; empty if its length is 0.
    private Block open;

    private ObjectWriter(ObjectUpload upload, String key, ObjectOrigin origin, int blockBytes) {
        this.upload = upload;
        this.key = key;
        this.origin = origin;
        this.blockBytes = blockBytes;
        this.open = emptyAt(0);
    }

    /// @param blockBytes how large a block may become, unless one batch is larger
    /// @throws StoreException if the upload could not be begun
    public static ObjectWriter begin(
            ObjectStore store, String key, ObjectOrigin origin, int blockBytes)
            throws StoreException {
        if (blockBytes < 1) {
            throw new IllegalArgumentException("blocks of " + blockBytes + " bytes");
        }
        return new ObjectWriter(store.create(key), key, origin, blockBytes);
    }

    /// Appends whole batches, from position to limit, of the same partition as before or of a later
    /// one. The buffer's position moves to its limit; it may be used again at once.
    ///
    /// @throws DamagedBatchException if they are not what was said; nothing of them was written,
    ///   and the writer can only be closed
    /// @throws StoreException if the upload failed
    public void append(TieredPartition partition, ByteBuffer batches) throws IOException {
        enter(partition);
        if (note(partition, batches) != batches.remaining()) {
            throw new DamagedBatchException(partition, "a batch is cut off");
        }
        upload.write(batches);
    }

    /// Appends whole batches that lie in a file.
    ///
    /// @param position of the first one in the file
    /// @param length bytes of all of them
    /// @throws DamagedBatchException if they are not what was said, or the file ends
    /// @throws IOException if the file cannot be read
    public void append(TieredPartition partition, FileChannel file, long position, long length)
            throws IOException {
        enter(partition);
        ByteBuffer buffer = scratch == null ? allocate(SCRATCH_BYTES) : scratch;
        long end = position + length;
        for (long at = position; at < end; ) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
            readFully(partition, file, at, buffer);
            buffer.flip();
            int whole = note(partition, buffer);
            if (whole == 0) {
                buffer = allocate(sizeOfFirst(partition, buffer, end - at));
                continue;
            }
            upload.write(buffer.limit(whole));
            at += whole;
        }
    }

    /// What is appended next does not follow on from what was appended last, though it is of the
    /// same partition: it begins a block of its own, so that each can be read without the other.
    public void endStretch() {
        endBlock();
    }

    /// Adds a transaction that was aborted in the partition of the last append, in the order of
    /// their markers.
    public void aborted(AbortedRange range) {
        if (current == null) {
            throw new IllegalStateException("no partition yet");
        }
        aborted.add(range);
    }

    /// Bytes of batches so far.
    public long size() {
        return upload.size();
    }

    /// Writes index and footer, and makes the object appear.
    ///
    /// @throws StoreException if it is not known to have appeared: see [ObjectUpload#commit]
    public WrittenObject commit() throws StoreException {
        endPartition();
        if (done.isEmpty()) {
            throw new IllegalStateException("an object without batches");
        }
        long dataBytes = upload.size();
        ByteBuffer index = ObjectFormat.encodeIndex(done);
        ObjectFooter footer =
                new ObjectFooter(
                        dataBytes, index.remaining(), ObjectFormat.crc(index), done.size(), origin);
        upload.write(index);
        upload.write(ObjectFormat.encodeFooter(footer));
        StoredObject stored = upload.commit();
        return new WrittenObject(
                stored, new ObjectIndex(key, stored.size(), dataBytes, origin, done));
    }

    /// Aborts the upload unless it was committed.
    @Override
    public void close() {
        upload.close();
    }

    private void enter(TieredPartition partition) {
        if (partition.equals(current)) {
            return;
        }
        if (current != null && current.compareTo(partition) > 0) {
            throw new IllegalArgumentException(partition + " belongs before " + current);
        }
        endPartition();
        current = partition;
    }

    private void endPartition() {
        endBlock();
        if (current != null && !blocks.isEmpty()) {
            done.add(new PartitionBlocks(current, blocks, aborted));
            blocks.clear();
            aborted.clear();
        }
    }

    /// Notes the batches that lie whole in a buffer.
    ///
    /// @return their bytes
    private int note(TieredPartition partition, ByteBuffer bytes) throws DamagedBatchException {
        int start = bytes.position();
        int at = start;
        try {
            for (MutableRecordBatch batch : MemoryRecords.readableRecords(bytes).batches()) {
                batch.ensureValid();
                if (batch.magic() != RecordBatch.MAGIC_VALUE_V2) {
                    throw new DamagedBatchException(
                            partition, "a batch of format " + batch.magic());
                }
                add(partition, batch, bytes.slice(at, batch.sizeInBytes()));
                at += batch.sizeInBytes();
            }
        } catch (KafkaException | IllegalArgumentException e) {
            throw new DamagedBatchException(
                    partition, "behind offset %d: %s".formatted(lastOffset(), e.getMessage()));
        }
        return at - start;
    }

    private void add(TieredPartition partition, MutableRecordBatch batch, ByteBuffer bytes)
            throws DamagedBatchException {
        if (batch.baseOffset() <= lastOffset() || batch.lastOffset() < batch.baseOffset()) {
            throw new DamagedBatchException(
                    partition,
                    "offsets %d..%d behind offset %d"
                            .formatted(batch.baseOffset(), batch.lastOffset(), lastOffset()));
        }
        boolean fits =
                open.length() + (long) bytes.remaining() <= blockBytes
                        && open.leaderEpoch() == batch.partitionLeaderEpoch();
        if (open.length() > 0 && !fits) {
            endBlock();
        }
        crc.update(bytes);
        boolean first = open.length() == 0;
        open =
                new Block(
                        first ? batch.baseOffset() : open.baseOffset(),
                        batch.lastOffset(),
                        open.position(),
                        open.length() + batch.sizeInBytes(),
                        batch.partitionLeaderEpoch(),
                        open.batches() + 1,
                        Math.max(open.maxTimestamp(), batch.maxTimestamp()),
                        0);
    }

    private void endBlock() {
        if (open.length() == 0) {
            return;
        }
        blocks.add(
                new Block(
                        open.baseOffset(),
                        open.lastOffset(),
                        open.position(),
                        open.length(),
                        open.leaderEpoch(),
                        open.batches(),
                        open.maxTimestamp(),
                        (int) crc.getValue()));
        crc.reset();
        open = emptyAt(open.position() + open.length());
    }

    private long lastOffset() {
        if (open.length() > 0) {
            return open.lastOffset();
        }
        return blocks.isEmpty() ? -1 : blocks.getLast().lastOffset();
    }

    private static Block emptyAt(long position) {
        return new Block(-1, -1, position, 0, -1, 0, RecordBatch.NO_TIMESTAMP, 0);
    }

    private ByteBuffer allocate(int bytes) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(bytes);
        scratch = buffer;
        return buffer;
    }

    private static int sizeOfFirst(TieredPartition partition, ByteBuffer bytes, long available)
            throws DamagedBatchException {
        long size =
                bytes.remaining() < Records.LOG_OVERHEAD
                        ? -1
                        : Records.LOG_OVERHEAD + (long) bytes.getInt(Records.SIZE_OFFSET);
        if (size <= bytes.capacity() || size > available) {
            throw new DamagedBatchException(partition, "a batch is cut off");
        }
        return Math.toIntExact(size);
    }

    private static void readFully(
            TieredPartition partition, FileChannel file, long position, ByteBuffer buffer)
            throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
            int read = file.read(buffer, at);
            if (read < 0) {
                throw new DamagedBatchException(partition, "the file ends at " + at);
            }
            at += read;
        }
    }
}
