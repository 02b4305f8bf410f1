package io.quafka.gateway;

import io.quafka.storage.WantedTopics;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData.Status;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse;

/// StreamsGroupHeartbeat: the group's coordinator answers, and may want topics for the group's
/// repartitioning and changelogs. They are made before the member is answered; of those that are
/// not, it is told why. It comes back with its next heartbeat.
final class StreamsHeartbeatApi implements Api {
    private final CoordinatorRoute route;
    private final TopicCreator creator;
    private final TopicAccess access;

    StreamsHeartbeatApi(CoordinatorRoute route, TopicCreator creator, TopicAccess access) {
        this.access = access;
        this.route = route;
        this.creator = creator;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var body = (StreamsGroupHeartbeatRequestData) request.body();
        return route.send(route.nodeOf(body.groupId()), request, body)
                .thenCompose(answer -> create(answer, access.creatable(request)))
                .thenApply(KafkaResponse::of);
    }

    private CompletableFuture<ApiMessage> create(ApiMessage message, Predicate<String> creatable) {
        var answer = (StreamsGroupHeartbeatResponseData) message;
        List<CreatableTopic> wanted = WantedTopics.take(answer);
        if (wanted.isEmpty()) {
            return CompletableFuture.completedFuture(answer);
        }
        Map<String, CompletableFuture<Errors>> created = new LinkedHashMap<>();
        wanted.forEach(topic ->
                created.put(
                        topic.name(),
                        creatable.test(topic.name())
                                ? creator.create(CreateTopicsApi.toCommand(topic))
                                : CompletableFuture.completedFuture(
                                        Errors.TOPIC_AUTHORIZATION_FAILED)));
        return CompletableFuture.allOf(created.values().toArray(CompletableFuture[]::new))
                .thenApply(_ -> withFailures(answer, created));
    }

    private static ApiMessage withFailures(
            StreamsGroupHeartbeatResponseData answer,
            Map<String, CompletableFuture<Errors>> created) {
        String failures =
                created.entrySet().stream()
                        .filter(topic -> topic.getValue().join() != Errors.NONE)
                        .map(topic -> topic.getKey() + " (" + topic.getValue().join() + ")")
                        .collect(Collectors.joining(", "));
        if (failures.isEmpty()) {
            return answer;
        }
        byte missing = StreamsGroupHeartbeatResponse.Status.MISSING_INTERNAL_TOPICS.code();
        List<Status> statuses =
                answer.status() == null ? new ArrayList<>() : new ArrayList<>(answer.status());
        String detail = "not created: " + failures;
        for (Status status : statuses) {
            if (status.statusCode() == missing) {
                status.setStatusDetail(status.statusDetail() + "; " + detail);
                return answer;
            }
        }
        statuses.add(new Status().setStatusCode(missing).setStatusDetail(detail));
        return answer.setStatus(statuses);
    }
}
