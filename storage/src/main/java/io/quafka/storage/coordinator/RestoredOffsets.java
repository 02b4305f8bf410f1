package io.quafka.storage.coordinator;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.apache.kafka.server.common.ApiMessageAndVersion;

/// What a partition of the offsets topic says of groups' positions, once it was brought back from a
/// copy: those past the end of what was recovered must be taken back to it, or the group would miss
/// what is written there next.
public final class RestoredOffsets {
    private static final int NO_EPOCH = -1;

    private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
    private final Map<Key, Value> committed = new LinkedHashMap<>();

    /// Of transactions that have not ended, by producer.
    private final Map<Long, Map<Key, Value>> pending = new HashMap<>();

    private record Key(String group, String topic, int partition) {}

    /// @param offset none if it was deleted
    private record Value(OffsetCommitValue offset, short version, boolean deleted) {}

    /// Where a partition ends.
    @FunctionalInterface
    public interface Ends {
        /// @return its end, or a negative number where there is no such partition
        long of(String topic, int partition);
    }

    /// A group's position that was taken back.
    ///
    /// @param committed what the group had committed
    /// @param end where the partition ends
    /// @param batch to be appended to the offsets topic: it says so
    public record Correction(
            String group,
            String topic,
            int partition,
            long committed,
            long end,
            ByteBuffer batch) {}

    /// Takes whole batches of the offsets topic, in the order of their offsets.
    public void add(ByteBuffer batches) {
        for (MutableRecordBatch batch : MemoryRecords.readableRecords(batches).batches()) {
            for (Record record : batch) {
                if (batch.isControlBatch()) {
                    ended(batch.producerId(), ControlRecordType.parse(record.key()));
                } else {
                    note(batch, record);
                }
            }
        }
    }

    private void ended(long producerId, ControlRecordType type) {
        Map<Key, Value> offsets = pending.remove(producerId);
        if (offsets != null && type == ControlRecordType.COMMIT) {
            committed.putAll(offsets);
        }
    }

    private void note(MutableRecordBatch batch, Record record) {
        CoordinatorRecord decoded;
        try {
            decoded = serde.deserialize(record.key(), record.value());
        } catch (Deserializer.UnknownRecordTypeException _) {
            return; // Loading the coordinator passes over it too.
        }
        if (!(decoded.key() instanceof OffsetCommitKey key)) {
            return;
        }
        ApiMessageAndVersion value = decoded.value();
        Value noted =
                value != null && value.message() instanceof OffsetCommitValue offset
                        ? new Value(offset, value.version(), false)
                        : new Value(new OffsetCommitValue(), (short) 0, true);
        Map<Key, Value> to =
                batch.isTransactional()
                        ? pending.computeIfAbsent(batch.producerId(), _ -> new HashMap<>())
                        : committed;
        to.put(new Key(key.group(), key.topic(), key.partition()), noted);
    }

    /// Groups that have a position.
    public Iterable<String> groups() {
        TreeSet<String> groups = new TreeSet<>();
        committed.forEach((key, value) -> {
            if (!value.deleted()) {
                groups.add(key.group());
            }
        });
        return groups;
    }

    /// Takes back what is past partitions' ends.
    public List<Correction> corrections(Ends ends) {
        List<Correction> corrections = new ArrayList<>();
        committed.forEach((key, value) -> {
            long end = ends.of(key.topic(), key.partition());
            if (!value.deleted() && end >= 0 && value.offset().offset() > end) {
                corrections.add(
                        new Correction(
                                key.group(),
                                key.topic(),
                                key.partition(),
                                value.offset().offset(),
                                end,
                                batch(key, value, end)));
            }
        });
        return corrections;
    }

    private ByteBuffer batch(Key key, Value value, long end) {
        OffsetCommitValue corrected =
                value.offset().duplicate().setOffset(end).setLeaderEpoch(NO_EPOCH);
        CoordinatorRecord record =
                CoordinatorRecord.record(
                        new OffsetCommitKey()
                                .setGroup(key.group())
                                .setTopic(key.topic())
                                .setPartition(key.partition()),
                        new ApiMessageAndVersion(corrected, value.version()));
        return MemoryRecords.withRecords(
                        Compression.NONE,
                        new SimpleRecord(
                                corrected.commitTimestamp(),
                                serde.serializeKey(record),
                                serde.serializeValue(record)))
                .buffer();
    }
}
