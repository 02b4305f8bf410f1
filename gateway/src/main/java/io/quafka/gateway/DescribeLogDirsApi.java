package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import io.quafka.storage.StorageNode;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// DescribeLogDirs: the directories of all storage nodes, each with those partitions whose leader
/// is, to clients, this gateway. So every partition is told by exactly one gateway, and sums over
/// all gateways are right. The directory of another node than this one carries that node's id in
/// front of its path.
final class DescribeLogDirsApi implements Api {
    private final Metadata metadata;
    private final StorageNodes storageNodes;
    private final GatewayDirectory directory;

    DescribeLogDirsApi(Metadata metadata, StorageNodes storageNodes, GatewayDirectory directory) {
        this.metadata = metadata;
        this.storageNodes = storageNodes;
        this.directory = directory;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (DescribeLogDirsRequestData) request.body();
        ClusterImage image = metadata.image();
        List<CompletableFuture<List<DescribeLogDirsResult>>> pending = new ArrayList<>();
        for (Node node : image.nodes().values()) {
            StorageNode storage =
                    node.plays(NodeRole.STORAGE) ? storageNodes.node(node.id()) : null;
            if (storage != null) {
                pending.add(ask(image, node, storage, data));
            }
        }
        return CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new))
                .thenApply(_ -> {
                    var answer = new DescribeLogDirsResponseData();
                    pending.forEach(results -> answer.results().addAll(results.join()));
                    return KafkaResponse.of(answer);
                });
    }

    private CompletableFuture<List<DescribeLogDirsResult>> ask(
            ClusterImage image, Node node, StorageNode storage, DescribeLogDirsRequestData data) {
        return storage.describeLogDirs(data)
                .handle((reply, failure) -> {
                    List<DescribeLogDirsResult> results = new ArrayList<>();
                    if (failure != null) {
                        results.add(lost(node, failure));
                        return results;
                    }
                    for (DescribeLogDirsResult result : reply.results()) {
                        results.add(ours(image, node, result));
                    }
                    return results;
                });
    }

    private static DescribeLogDirsResult lost(Node node, Throwable failure) {
        Failures.ofRead(failure);
        return new DescribeLogDirsResult()
                .setLogDir("node-" + node.id())
                .setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
    }

    private DescribeLogDirsResult ours(
            ClusterImage image, Node node, DescribeLogDirsResult result) {
        LiveGateways gateways = directory.at(image);
        List<DescribeLogDirsTopic> topics = new ArrayList<>();
        for (DescribeLogDirsTopic described : result.topics()) {
            Topic topic = image.topic(described.name());
            if (topic != null) {
                List<DescribeLogDirsPartition> partitions = new ArrayList<>();
                for (DescribeLogDirsPartition partition : described.partitions()) {
                    int index = partition.partitionIndex();
                    ShardState shard = image.shardOf(topic, index);
                    if (ours(gateways.leader(shard, topic.id(), index))) {
                        partitions.add(partition);
                    }
                }
                if (!partitions.isEmpty()) {
                    topics.add(
                            new DescribeLogDirsTopic()
                                    .setName(described.name())
                                    .setPartitions(partitions));
                }
            }
        }
        String prefix = node.id() == directory.self() ? "" : "node-" + node.id() + ":";
        return result.duplicate().setLogDir(prefix + result.logDir()).setTopics(topics);
    }

    private boolean ours(LiveGateways.@Nullable Member gateway) {
        return gateway != null && gateway.id() == directory.self();
    }
}
