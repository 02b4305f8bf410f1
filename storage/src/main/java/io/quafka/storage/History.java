package io.quafka.storage;

import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.jspecify.annotations.Nullable;

/// What a storage node says instead of records: the offsets asked for lie in these objects, for the
/// gateway to read there.
///
/// It travels in Kafka's own answers, as a tagged field of a partition, which readers that do not
/// know it skip. [#take] is for gateways: no client is to see it.
///
/// @param from the first offset to read
/// @param to no batch that begins here or later is to be read
/// @param bytesMax of batches to answer, but for a first one that is larger if `atLeastOne`
/// @param timestampMs what is looked for: the first record of this time or later; -1 where records
///   are to be fetched
/// @param pieces in the order of their offsets, one or more
public record History(
        Uuid topicId,
        int partition,
        long from,
        long to,
        int bytesMax,
        boolean atLeastOne,
        long timestampMs,
        List<Piece> pieces) {
    /// `HS`; Kafka's own tags are small.
    static final int TAG = 0x4853;

    public static final long NO_TIMESTAMP = -1;

    public History {
        pieces = List.copyOf(pieces);
    }

    /// Offsets of the partition that lie in one object.
    ///
    /// @param key of the object in the store
    /// @param size of the object, bytes
    public record Piece(String key, long size, long baseOffset, long lastOffset) {}

    /// Puts it into a partition's answer.
    public void attach(PartitionData answer) {
        answer.unknownTaggedFields().add(field());
    }

    /// As the other.
    public void attach(ListOffsetsPartitionResponse answer) {
        answer.unknownTaggedFields().add(field());
    }

    private RawTaggedField field() {
        return new RawTaggedField(TAG, HistoryCodec.write(this));
    }

    /// Whether a partition's records are to be read from objects.
    public static boolean isIn(PartitionData answer) {
        return find(answer.unknownTaggedFields()) != null;
    }

    /// Takes it out of a partition's answer; null if there is none.
    ///
    /// @throws IllegalArgumentException if it is malformed
    public static @Nullable History take(PartitionData answer) {
        return take(answer.unknownTaggedFields());
    }

    /// As the other.
    public static @Nullable History take(ListOffsetsPartitionResponse answer) {
        return take(answer.unknownTaggedFields());
    }

    private static @Nullable History take(List<RawTaggedField> fields) {
        RawTaggedField field = find(fields);
        if (field == null) {
            return null;
        }
        fields.remove(field);
        return HistoryCodec.read(field.data());
    }

    private static @Nullable RawTaggedField find(List<RawTaggedField> fields) {
        for (RawTaggedField field : fields) {
            if (field.tag() == TAG) {
                return field;
            }
        }
        return null;
    }
}
