package io.quafka.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.network.TransferableChannel;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.DefaultRecordsSend;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordsSend;
import org.apache.kafka.common.record.internal.TransferableRecords;

/// A partition's batches that lie in several pieces of memory, and are written from there.
///
/// Immutable; the memory stays as it is until the answer is written.
public final class RecordPieces implements TransferableRecords {
    private final List<ByteBuffer> pieces;
    private final int bytes;

    private RecordPieces(List<ByteBuffer> pieces) {
        int sum = 0;
        for (ByteBuffer piece : pieces) {
            sum = Math.addExact(sum, piece.remaining());
        }
        this.pieces = List.copyOf(pieces);
        this.bytes = sum;
    }

    /// Records of whole batches.
    ///
    /// @param pieces in the order of their offsets, each from its position to its limit, which stay
    /// @throws ArithmeticException if they are 2 GiB or more
    static BaseRecords of(List<ByteBuffer> pieces) {
        return switch (pieces.size()) {
            case 0 -> MemoryRecords.EMPTY;
            case 1 -> MemoryRecords.readableRecords(pieces.getFirst());
            default -> new RecordPieces(pieces);
        };
    }

    /// Where the batches of an answer of a [Gateway] lie, in the order of their offsets.
    public static List<ByteBuffer> in(BaseRecords records) {
        return switch (records) {
            case RecordPieces several ->
                    several.pieces.stream().map(ByteBuffer::duplicate).toList();
            case MemoryRecords one -> List.of(one.buffer());
            default -> throw new IllegalArgumentException("records of " + records.getClass());
        };
    }

    @Override
    public int sizeInBytes() {
        return bytes;
    }

    @Override
    public RecordsSend<? extends BaseRecords> toSend() {
        return new DefaultRecordsSend<>(this);
    }

    @Override
    public int writeTo(TransferableChannel channel, int position, int length) throws IOException {
        int start = position;
        int left = Math.min(length, bytes - position);
        int written = 0;
        for (ByteBuffer piece : pieces) {
            int size = piece.remaining();
            if (start >= size) {
                start -= size;
                continue;
            }
            if (left == 0) {
                break;
            }
            int wanted = Math.min(size - start, left);
            int taken = (int) channel.write(piece.slice(piece.position() + start, wanted));
            written += taken;
            if (taken < wanted) {
                break;
            }
            left -= taken;
            start = 0;
        }
        return written;
    }
}
