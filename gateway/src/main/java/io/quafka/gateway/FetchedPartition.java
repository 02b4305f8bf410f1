package io.quafka.gateway;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;

/// A partition that a fetch reads, or that a fetch session remembers, with what its client was last
/// told about it.
///
/// Guarded by its session, where it is in one.
final class FetchedPartition {
    /// How the client names a partition: by topic id from version 13 on (the name is empty), by
    /// name before (the id is zero).
    record Key(Uuid topicId, String topic, int partition) {}

    private static final long NEVER_TOLD = -1;

    final Key key;
    FetchPartition asked;

    /// The name that the topic id stood for when it was last known; null for partitions named by
    /// name, or never known.
    @Nullable String knownName;

    private long highWatermark = NEVER_TOLD;
    private long logStartOffset = NEVER_TOLD;

    FetchedPartition(Key key, FetchPartition asked) {
        this.key = key;
        this.asked = asked;
    }

    /// Whether an incremental answer must tell this; remembers it as told.
    boolean tell(PartitionData answer) {
        boolean failed = answer.errorCode() != Errors.NONE.code();
        boolean news =
                failed
                        || (answer.records() != null && answer.records().sizeInBytes() > 0)
                        || answer.highWatermark() != highWatermark
                        || answer.logStartOffset() != logStartOffset
                        || answer.divergingEpoch().epoch() >= 0
                        || answer.preferredReadReplica()
                                != FetchResponse.INVALID_PREFERRED_REPLICA_ID;
        // After an error the partition is told again as soon as it is well.
        highWatermark = failed ? NEVER_TOLD : answer.highWatermark();
        logStartOffset = answer.logStartOffset();
        return news;
    }
}
