package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.logic.InternalReplicas;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;

/// Makes topics that nobody asked to make: named in a Metadata request, or kept by Quafka for its
/// own use. Requests for one name that come while it is being made share one command.
final class TopicCreator {
    /// Names being made at once; a request for one more is told to come back
    /// (LEADER_NOT_AVAILABLE).
    static final int IN_FLIGHT_MAX = 1_000;

    private static final int CLUSTER_DEFAULT = -1;

    /// What is older is compacted however little there is.
    private static final Duration INTERNAL_SEGMENT_AGE = Duration.ofHours(1);

    private final Metadata metadata;
    private final Commands commands;
    private final GatewayConfig config;
    private final ConcurrentMap<String, CompletableFuture<Errors>> inFlight =
            new ConcurrentHashMap<>();

    TopicCreator(Metadata metadata, Commands commands, GatewayConfig config) {
        this.metadata = metadata;
        this.commands = commands;
        this.config = config;
    }

    /// Makes a topic, an internal one by its own rules.
    ///
    /// Completes, never exceptionally, once this gateway's image shows the topic: NONE also if
    /// somebody else was faster; otherwise why there is none.
    CompletableFuture<Errors> create(String name) {
        return create(topic(name));
    }

    /// Makes a topic as it is told; completes as [#create(String)] does. Of several at once with
    /// one name the first counts.
    CompletableFuture<Errors> create(Command.NewTopic topic) {
        String name = topic.name();
        if (!Topic.isValid(name)) {
            return CompletableFuture.completedFuture(Errors.INVALID_TOPIC_EXCEPTION);
        }
        if (inFlight.size() >= IN_FLIGHT_MAX) {
            return CompletableFuture.completedFuture(Errors.LEADER_NOT_AVAILABLE);
        }
        var mine = new CompletableFuture<Errors>();
        CompletableFuture<Errors> other = inFlight.putIfAbsent(name, mine);
        if (other != null) {
            return other.copy();
        }
        commands.submit(new Command.CreateTopics(List.of(topic), false))
                .whenComplete((effect, failure) -> {
                    inFlight.remove(name, mine);
                    mine.complete(
                            failure == null
                                    ? outcome(effect.reply())
                                    : Failures.ofController(failure));
                });
        return mine.copy();
    }

    private static Errors outcome(Reply.Topics reply) {
        Errors error = reply.outcomes().getFirst().error();
        return error == Errors.TOPIC_ALREADY_EXISTS ? Errors.NONE : error;
    }

    private Command.NewTopic topic(String name) {
        boolean internal = Topic.isInternal(name);
        return new Command.NewTopic(
                name,
                internal ? config.internalTopics().partitions() : CLUSTER_DEFAULT,
                internal ? InternalReplicas.factor(metadata.image()) : CLUSTER_DEFAULT,
                Map.of(),
                internal
                        ? Map.of(
                                TopicConfig.CLEANUP_POLICY_CONFIG,
                                TopicConfig.CLEANUP_POLICY_COMPACT,
                                TopicConfig.SEGMENT_BYTES_CONFIG,
                                Integer.toString(config.internalTopics().segmentBytes()),
                                TopicConfig.SEGMENT_MS_CONFIG,
                                Long.toString(INTERNAL_SEGMENT_AGE.toMillis()))
                        : Map.of(),
                internal);
    }
}
