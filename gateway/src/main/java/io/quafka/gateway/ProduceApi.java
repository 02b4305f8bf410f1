package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.storage.ImplicitTransaction;
import io.quafka.storage.StorageNode;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.LeaderIdAndEpoch;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/// Produce: hands the batches to the storage nodes that lead their shards.
///
/// The hot path is a request whose partitions are all led by one node: it goes on as it is, only
/// its topic ids filled in, and the node's answer comes back as it is, only its topic names filled
/// in. Everything else takes [ProduceSplit].
///
/// From version 12 on, partitions join the request's transaction by themselves; the storage node is
/// told so.
final class ProduceApi implements Api {
    /// First version that names topics by id.
    static final short TOPIC_IDS_VERSION = 13;

    /// First version whose partitions join a transaction by themselves.
    private static final short IMPLICIT_TRANSACTION_VERSION = 12;

    /// First version whose clients know zstd.
    private static final short ZSTD_VERSION = 7;

    private static final int SEVERAL = -2;

    private final Metadata metadata;
    private final StorageNodes storageNodes;

    ProduceApi(Metadata metadata, StorageNodes storageNodes) {
        this.metadata = metadata;
        this.storageNodes = storageNodes;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (ProduceRequestData) request.body();
        short version = request.version();
        Errors refusal = refusal(data);
        if (refusal != Errors.NONE) {
            return CompletableFuture.completedFuture(answer(data, refuse(data, refusal), version));
        }
        if (data.transactionalId() != null && version >= IMPLICIT_TRANSACTION_VERSION) {
            ImplicitTransaction.mark(data);
        }
        ClusterImage image = metadata.image();
        int leader = soleLeader(image, data, version);
        StorageNode node = leader == SEVERAL ? null : storageNodes.node(leader);
        CompletableFuture<ProduceResponseData> answered;
        if (node == null) {
            answered = new ProduceSplit(image, storageNodes, data, version).run();
        } else {
            answered = node.produce(data);
        }
        return answered.handle((answer, failure) ->
                failure == null
                        ? answer(data, answer, version)
                        : answer(data, refuse(data, Failures.ofWrite(failure)), version));
    }

    private static Errors refusal(ProduceRequestData data) {
        if (data.acks() < -1 || data.acks() > 1) {
            return Errors.INVALID_REQUIRED_ACKS;
        }
        return Errors.NONE;
    }

    /// Fills in the topic ids and finds the one node that leads all partitions; [#SEVERAL] where
    /// there is none such, or where some partition must be refused.
    private static int soleLeader(ClusterImage image, ProduceRequestData data, short version) {
        boolean named = version < TOPIC_IDS_VERSION;
        int leader = SEVERAL;
        for (TopicProduceData asked : data.topicData()) {
            Topic topic = named ? image.topic(asked.name()) : image.topic(asked.topicId());
            if (topic == null) {
                return SEVERAL;
            }
            if (named) {
                asked.setTopicId(topic.id());
            }
            List<PartitionProduceData> partitions = asked.partitionData();
            for (int i = 0; i < partitions.size(); i++) {
                PartitionProduceData partition = partitions.get(i);
                ShardState shard = image.shardOf(topic, partition.index());
                if (shard == null
                        || shard.leader() == ShardState.NO_LEADER
                        || (leader != SEVERAL && leader != shard.leader())
                        || check(partition.records(), version) != Errors.NONE) {
                    return SEVERAL;
                }
                leader = shard.leader();
            }
        }
        return leader;
    }

    /// What can be told without reading a batch: everything else is the storage node's to check.
    static Errors check(@Nullable BaseRecords records, short version) {
        if (records == null || records.sizeInBytes() == 0) {
            return Errors.INVALID_RECORD;
        }
        if (version < ZSTD_VERSION
                && records instanceof MemoryRecords batches
                && BatchPeek.compression(batches.buffer()) == CompressionType.ZSTD.id) {
            return Errors.UNSUPPORTED_COMPRESSION_TYPE;
        }
        return Errors.NONE;
    }

    /// Makes a storage node's answer the client's: names for versions that know no ids, and no
    /// storage nodes as leaders.
    private static KafkaResponse answer(
            ProduceRequestData asked, ProduceResponseData answer, short version) {
        if (asked.acks() == 0) {
            // Nothing is sent, so a closed connection is all that tells the producer to look again
            // for its leaders.
            return failedPartly(answer) ? KafkaResponse.close() : KafkaResponse.none();
        }
        Iterator<TopicProduceData> questions = asked.topicData().iterator();
        boolean named = version < TOPIC_IDS_VERSION;
        for (TopicProduceResponse topic : answer.responses()) {
            if (named && topic.name().isEmpty()) {
                topic.setName(nameOf(topic, questions, asked));
            }
            List<PartitionProduceResponse> partitions = topic.partitionResponses();
            for (int i = 0; i < partitions.size(); i++) {
                PartitionProduceResponse partition = partitions.get(i);
                if (partition.errorCode() != Errors.NONE.code()) {
                    partition.setCurrentLeader(new LeaderIdAndEpoch());
                }
            }
        }
        answer.nodeEndpoints().clear();
        return KafkaResponse.of(answer);
    }

    /// Answers come in the order of the questions, so that the next question is the first guess.
    private static String nameOf(
            TopicProduceResponse topic,
            Iterator<TopicProduceData> questions,
            ProduceRequestData asked) {
        if (questions.hasNext()) {
            TopicProduceData next = questions.next();
            if (next.topicId().equals(topic.topicId())) {
                return next.name();
            }
        }
        for (TopicProduceData question : asked.topicData()) {
            if (question.topicId().equals(topic.topicId())) {
                return question.name();
            }
        }
        throw new IllegalStateException("an answer for a topic that nobody asked for");
    }

    private static boolean failedPartly(ProduceResponseData answer) {
        for (TopicProduceResponse topic : answer.responses()) {
            for (PartitionProduceResponse partition : topic.partitionResponses()) {
                if (partition.errorCode() != Errors.NONE.code()) {
                    return true;
                }
            }
        }
        return false;
    }

    private static ProduceResponseData refuse(ProduceRequestData data, Errors error) {
        var answer = new ProduceResponseData();
        for (TopicProduceData asked : data.topicData()) {
            var topic = ProduceSplit.emptyAnswer(asked);
            answer.responses().add(topic);
            for (PartitionProduceData partition : asked.partitionData()) {
                topic.partitionResponses().add(ProduceSplit.refused(partition.index(), error));
            }
        }
        return answer;
    }
}
