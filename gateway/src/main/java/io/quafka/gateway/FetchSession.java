package io.quafka.gateway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.jspecify.annotations.Nullable;

/// The partitions that one client fetches again and again, so that its requests and the answers
/// name only what changed (KIP-227). Thread-safe by its own lock.
final class FetchSession {
    /// Epochs run from 1 to the greatest int and then start again at 1; 0 opens a session.
    static final int FIRST_EPOCH = 1;

    private final int id;
    private final boolean byId;
    private final Map<FetchedPartition.Key, FetchedPartition> partitions = new LinkedHashMap<>();
    private int epoch = FIRST_EPOCH;

    /// @param byId whether the session names topics by id
    FetchSession(int id, boolean byId, List<FetchedPartition> partitions) {
        this.id = id;
        this.byId = byId;
        for (FetchedPartition partition : partitions) {
            this.partitions.put(partition.key, partition);
        }
    }

    int id() {
        return id;
    }

    boolean byId() {
        return byId;
    }

    synchronized int epoch() {
        return epoch;
    }

    synchronized int size() {
        return partitions.size();
    }

    /// Takes over what a request adds, changes and forgets, and raises the epoch.
    ///
    /// @return all partitions to read now, the longest unserved first; null if the request's epoch
    ///   is not the session's
    synchronized @Nullable List<FetchedPartition> advance(FetchRequestData request) {
        if (request.sessionEpoch() != epoch) {
            return null;
        }
        for (FetchTopic topic : request.topics()) {
            for (FetchPartition asked : topic.partitions()) {
                var key =
                        new FetchedPartition.Key(topic.topicId(), topic.topic(), asked.partition());
                FetchedPartition known = partitions.get(key);
                if (known == null) {
                    partitions.put(key, new FetchedPartition(key, asked));
                } else {
                    known.asked = asked;
                }
            }
        }
        for (ForgottenTopic topic : request.forgottenTopicsData()) {
            for (int partition : topic.partitions()) {
                partitions.remove(
                        new FetchedPartition.Key(topic.topicId(), topic.topic(), partition));
            }
        }
        epoch = nextEpoch(epoch);
        return new ArrayList<>(partitions.values());
    }

    /// Keeps those of the answers that tell something new, and moves the partitions that got
    /// records behind all others.
    ///
    /// @param askedEpoch the epoch of the request that these answers belong to
    /// @return false if the session has moved on meanwhile; nothing was changed then
    synchronized boolean tell(int askedEpoch, FetchedAnswers answers) {
        if (epoch != nextEpoch(askedEpoch)) {
            return false;
        }
        answers.keepIf((partition, answer) -> {
            if (answer.records() != null
                    && answer.records().sizeInBytes() > 0
                    && partitions.remove(partition.key, partition)) {
                partitions.put(partition.key, partition);
            }
            return partition.tell(answer);
        });
        return true;
    }

    static int nextEpoch(int epoch) {
        return epoch == Integer.MAX_VALUE ? FIRST_EPOCH : epoch + 1;
    }
}
