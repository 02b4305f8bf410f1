package io.quafka.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.FetchResponse;
import org.jspecify.annotations.Nullable;

/// The answers to the partitions of one fetch, in the order of the questions, and the memory that
/// their records lie in.
final class FetchedAnswers {
    private final List<FetchedPartition> partitions;
    private final @Nullable PartitionData[] answers;
    private final Runnable release;

    /// @param answers one for each of `partitions`; null for one that is left out
    FetchedAnswers(
            List<FetchedPartition> partitions,
            @Nullable PartitionData[] answers,
            Runnable release) {
        this.partitions = partitions;
        this.answers = answers;
        this.release = release;
    }

    /// Gives back the records' memory; exactly once.
    Runnable release() {
        return release;
    }

    /// Those that were not left out.
    List<PartitionData> present() {
        List<PartitionData> present = new ArrayList<>(answers.length);
        for (PartitionData answer : answers) {
            if (answer != null) {
                present.add(answer);
            }
        }
        return present;
    }

    /// The same, with more memory to give back.
    FetchedAnswers releasing(List<Runnable> more) {
        if (more.isEmpty()) {
            return this;
        }
        return new FetchedAnswers(
                partitions,
                answers,
                () -> {
                    release.run();
                    more.forEach(Runnable::run);
                });
    }

    void keepIf(BiPredicate<FetchedPartition, PartitionData> wanted) {
        for (int i = 0; i < answers.length; i++) {
            PartitionData answer = answers[i];
            if (answer != null && !wanted.test(partitions.get(i), answer)) {
                answers[i] = null;
            }
        }
    }

    /// The answer as the client's version wants it: neighbours of one topic under one head.
    FetchResponseData toResponse() {
        var response = new FetchResponseData();
        FetchedPartition.@Nullable Key last = null;
        FetchableTopicResponse topic = new FetchableTopicResponse();
        for (int i = 0; i < answers.length; i++) {
            PartitionData answer = answers[i];
            if (answer == null) {
                continue;
            }
            FetchedPartition.Key key = partitions.get(i).key;
            if (last == null
                    || !last.topicId().equals(key.topicId())
                    || !last.topic().equals(key.topic())) {
                topic =
                        new FetchableTopicResponse()
                                .setTopic(key.topic())
                                .setTopicId(key.topicId());
                response.responses().add(topic);
                last = key;
            }
            topic.partitions().add(forClient(answer));
        }
        return response;
    }

    /// Leaders as storage nodes know them are nothing to clients.
    private static PartitionData forClient(PartitionData answer) {
        if (answer.records() == null) {
            answer.setRecords(MemoryRecords.EMPTY);
        }
        if (answer.errorCode() != Errors.NONE.code()) {
            answer.setCurrentLeader(new LeaderIdAndEpoch());
        }
        return answer;
    }

    static int bytes(PartitionData answer) {
        BaseRecords records = answer.records();
        return records == null ? 0 : records.sizeInBytes();
    }

    static PartitionData refused(int partition, Errors error) {
        return FetchResponse.partitionResponse(partition, error);
    }

    /// Sends a consumer to a gateway of its own zone, as Kafka's leaders do (KIP-392).
    static PartitionData elsewhere(int partition, int gateway) {
        return refused(partition, Errors.NONE).setPreferredReadReplica(gateway);
    }

    /// The same without its records.
    static PartitionData stripped(PartitionData answer) {
        return answer.duplicate().setRecords(MemoryRecords.EMPTY);
    }
}
