package io.quafka.storage.log;

import io.quafka.storage.batch.BatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;

/// Collects one group: a directory in a buffer of its own, and the batches where they lie. Reused
/// from group to group by the shard's writer thread, the only one to touch it.
///
/// Runs are opened and filled one after the other; a batch's offset and epoch must be final when it
/// is added.
public final class GroupBuilder {
    private static final int INITIAL_ENTRIES = 64;
    private static final int NONE = -1;

    /// What an entry can say of the distance from a run's first offset to its last.
    public static final long STRETCH_MAX = 0xffff_ffffL;

    private final List<ByteBuffer> batches = new ArrayList<>();
    private final CRC32C headsCrc = new CRC32C();
    private final byte[] scratch = new byte[GroupFormat.BATCH_HEAD_BYTES];
    private ByteBuffer head = allocate(INITIAL_ENTRIES);
    private int entries;
    private int payloadLength;
    private int openRun = NONE;
    private int openRunBatches;
    private int openRunStart;
    private long openRunOffset;
    private long openRunLastOffset;

    private static ByteBuffer allocate(int entries) {
        return ByteBuffer.allocateDirect(
                GroupFormat.HEADER_BYTES
                        + entries * GroupFormat.ENTRY_BYTES
                        + GroupFormat.ALIGNMENT);
    }

    public void clear() {
        head.clear();
        batches.clear();
        entries = 0;
        payloadLength = 0;
        openRun = NONE;
    }

    public boolean isEmpty() {
        return entries == 0;
    }

    /// Bytes of the directory and payload so far, padding included.
    public long size() {
        return GroupFormat.align((long) headBytes() + payloadLength);
    }

    /// Upper bound for the size of a group with these many entries and payload bytes.
    public static long sizeBound(long entries, long payloadBytes) {
        return GroupFormat.align(
                GroupFormat.HEADER_BYTES + entries * GroupFormat.ENTRY_BYTES + payloadBytes);
    }

    /// Starts a run of batches of one partition.
    public void openRun(Uuid topicId, int partition, long baseOffset) {
        closeRun();
        openRun = putEntry(EntryKind.RUN, topicId, partition, baseOffset);
        openRunBatches = 0;
        openRunStart = payloadLength;
        openRunOffset = baseOffset;
        openRunLastOffset = baseOffset;
        headsCrc.reset();
    }

    /// Starts what compaction left of a stretch of a partition's offsets: batches of these offsets
    /// only.
    ///
    /// @param lastOffset of the stretch, no more than [#STRETCH_MAX] past the first
    public void openCleaned(Uuid topicId, int partition, long firstOffset, long lastOffset) {
        if (lastOffset < firstOffset || lastOffset - firstOffset > STRETCH_MAX) {
            throw new IllegalArgumentException("offsets " + firstOffset + " to " + lastOffset);
        }
        closeRun();
        openRun = putEntry(EntryKind.CLEANED, topicId, partition, firstOffset);
        openRunBatches = 0;
        openRunStart = payloadLength;
        openRunOffset = firstOffset;
        openRunLastOffset = lastOffset;
        headsCrc.reset();
    }

    /// Adds a batch (from position to limit) to the open run; its bytes are not copied and must not
    /// change until written. A batch too far from the run's first offset begins another run.
    ///
    /// @return where the batch will lie in the payload
    public int addBatch(ByteBuffer batch) {
        long lastOffset = BatchHeader.lastOffset(batch, batch.position());
        if (lastOffset - openRunOffset > STRETCH_MAX) {
            reopenRun(BatchHeader.baseOffset(batch, batch.position()));
        }
        openRunLastOffset = Math.max(openRunLastOffset, lastOffset);
        GroupFormat.addBatchHead(headsCrc, batch, batch.position(), scratch);
        int at = payloadLength;
        batches.add(batch);
        payloadLength = Math.addExact(payloadLength, batch.remaining());
        openRunBatches++;
        return at;
    }

    private void reopenRun(long baseOffset) {
        int entry = openRun;
        Uuid topicId = new Uuid(head.getLong(entry + 8), head.getLong(entry + 16));
        openRun(topicId, head.getInt(entry + 4), baseOffset);
    }

    /// Ends the open run, if there is one.
    public void closeRun() {
        if (openRun == NONE) {
            return;
        }
        head.putInt(openRun + 32, payloadLength - openRunStart);
        head.putInt(openRun + 36, openRunBatches);
        head.putInt(openRun + 40, (int) headsCrc.getValue());
        head.putInt(openRun + 44, (int) (openRunLastOffset - openRunOffset));
        openRun = NONE;
    }

    public void addLogStart(Uuid topicId, int partition, long offset) {
        closeRun();
        putEntry(EntryKind.LOG_START, topicId, partition, offset);
    }

    public void addDropped(Uuid topicId, int partition) {
        closeRun();
        putEntry(EntryKind.PARTITION_DROPPED, topicId, partition, 0);
    }

    /// Adds bytes of the shard's own.
    ///
    /// @param number what the note is about
    /// @param note from position to limit; not copied, must not change until written
    public void addNote(EntryKind kind, long number, ByteBuffer note) {
        closeRun();
        int entry = putEntry(kind, Uuid.ZERO_UUID, 0, number);
        CRC32C crc = new CRC32C();
        crc.update(note.duplicate());
        head.putInt(entry + 32, note.remaining());
        head.putInt(entry + 40, (int) crc.getValue());
        batches.add(note);
        payloadLength = Math.addExact(payloadLength, note.remaining());
    }

    private int putEntry(EntryKind kind, Uuid topicId, int partition, long offset) {
        int at = GroupFormat.HEADER_BYTES + entries * GroupFormat.ENTRY_BYTES;
        if (at + GroupFormat.ENTRY_BYTES + GroupFormat.ALIGNMENT > head.capacity()) {
            ByteBuffer larger = allocate(entries * 2);
            larger.put(0, head, 0, at);
            head = larger;
        }
        EntryCodec.write(head, at, kind, topicId, partition, offset);
        entries++;
        return at;
    }

    private int headBytes() {
        return GroupFormat.HEADER_BYTES + entries * GroupFormat.ENTRY_BYTES;
    }

    /// Where the payload starts, from the group's first byte: directory, then padding that makes
    /// the whole end on a boundary.
    public int payloadOffset() {
        return (int) (size() - payloadLength);
    }

    /// Fixes the header and hands out the buffers to write, in order, and room for one more.
    ByteBuffer[] finish(long position, long durable, int epoch, int shard, long salt, long nowMs) {
        closeRun();
        int payloadOffset = payloadOffset();
        head.clear();
        head.putInt(0, GroupFormat.MAGIC)
                .putLong(GroupFormat.POSITION_AT, position)
                .putLong(GroupFormat.DURABLE_AT, durable)
                .putInt(GroupFormat.EPOCH_AT, epoch)
                .putInt(GroupFormat.SHARD_AT, shard)
                .putInt(GroupFormat.ENTRIES_AT, entries)
                .putInt(GroupFormat.PAYLOAD_OFFSET_AT, payloadOffset)
                .putInt(GroupFormat.PAYLOAD_LENGTH_AT, payloadLength)
                .putLong(GroupFormat.WRITTEN_AT, nowMs)
                .putLong(52, 0)
                .putInt(60, 0);
        for (int at = headBytes(); at < payloadOffset; at++) {
            head.put(at, (byte) 0);
        }
        head.putInt(GroupFormat.CRC_AT, GroupFormat.headCrc(head, 0, headBytes(), salt));
        head.limit(payloadOffset);
        ByteBuffer[] buffers = new ByteBuffer[2 + batches.size()];
        buffers[0] = head;
        for (int i = 0; i < batches.size(); i++) {
            buffers[i + 1] = batches.get(i);
        }
        return buffers;
    }
}
