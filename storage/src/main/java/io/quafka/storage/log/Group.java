package io.quafka.storage.log;

import java.nio.ByteBuffer;
import java.util.List;

/// A group read back from a segment.
///
/// @param position of its first byte
/// @param end of its last byte, plus one: where the next group starts
/// @param durablePosition see [GroupFormat]
/// @param writtenMs wall clock of its writer, milliseconds
/// @param damaged runs whose bytes do not check
/// @param payload the runs' batches; valid only until the next group is read
/// @param payloadPosition of the payload's first byte
public record Group(
        long position,
        long end,
        long durablePosition,
        int epoch,
        long writtenMs,
        List<GroupEntry> entries,
        List<GroupEntry> damaged,
        ByteBuffer payload,
        long payloadPosition) {
    Group withDamaged(List<GroupEntry> runs) {
        return new Group(
                position,
                end,
                durablePosition,
                epoch,
                writtenMs,
                entries,
                runs,
                payload,
                payloadPosition);
    }

    /// The bytes of a run, as a view.
    public ByteBuffer bytesOf(GroupEntry run) {
        int from = (int) (run.position() - payloadPosition);
        return payload.duplicate().position(from).limit(from + run.length());
    }
}
