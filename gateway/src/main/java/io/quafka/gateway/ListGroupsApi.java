package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// ListGroups: asks every node that coordinates groups.
///
/// Clients ask every broker they know and join the answers, some without a look at what is in them
/// twice. So each gateway lists the groups whose coordinator it is in FindCoordinator's answers.
final class ListGroupsApi implements Api {
    private final Metadata metadata;
    private final GatewayDirectory directory;
    private final CoordinatorRoute route;

    ListGroupsApi(Metadata metadata, GatewayDirectory directory, CoordinatorRoute route) {
        this.metadata = metadata;
        this.directory = directory;
        this.route = route;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        List<CompletableFuture<ApiMessage>> answers =
                route.nodes().stream()
                        .map(node ->
                                route.send(
                                        node,
                                        request,
                                        ((ListGroupsRequestData) request.body()).duplicate()))
                        .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(_ -> KafkaResponse.of(joined(answers)));
    }

    private ListGroupsResponseData joined(List<CompletableFuture<ApiMessage>> answers) {
        ClusterImage image = metadata.image();
        LiveGateways gateways = directory.at(image);
        boolean known = gateways.member(directory.self()) != null;
        var topic = image.topic(Topic.GROUP_METADATA_TOPIC_NAME);
        var whole = new ListGroupsResponseData();
        for (CompletableFuture<ApiMessage> answer : answers) {
            var part = (ListGroupsResponseData) answer.join();
            if (part.errorCode() != Errors.NONE.code()) {
                return new ListGroupsResponseData().setErrorCode(part.errorCode());
            }
            for (ListedGroup group : part.groups()) {
                if (!known || topic == null || isMine(gateways, topic, group.groupId())) {
                    whole.groups().add(group);
                }
            }
        }
        return whole;
    }

    private boolean isMine(
            LiveGateways gateways, io.quafka.controller.model.Topic topic, String group) {
        LiveGateways.@Nullable Member coordinator =
                gateways.leader(
                        topic.id(), CoordinatorRoute.partition(group, topic.partitionCount()));
        return coordinator != null && coordinator.id() == directory.self();
    }
}
