package io.quafka.gateway.access;

import io.quafka.controller.Metadata;
import io.quafka.controller.config.ClusterConfigs;
import io.quafka.wire.ConnectionInfo;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.protocol.ApiKeys;

/// Lets a handler see of requests what their callers may, and callers of answers what they may, as
/// Kafka does with an authorizer. There is a rule for each API; one without is not served.
public final class AccessControl implements RequestHandler {
    private final RequestHandler handler;
    private final Permissions permissions;
    private final Metadata metadata;
    private final Map<ApiKeys, Rule> rules = new EnumMap<>(ApiKeys.class);

    /// @param autoCreateTopics whether the handler makes topics that Metadata names, where the
    ///   cluster's configs allow it too
    /// @throws IllegalStateException where a handler has an API that no rule is for
    public AccessControl(
            RequestHandler handler,
            Permissions permissions,
            Metadata metadata,
            boolean autoCreateTopics) {
        this.handler = handler;
        this.permissions = permissions;
        this.metadata = metadata;
        ClusterRules.add(rules);
        TopicRules.add(rules);
        GroupRules.add(rules);
        TransactionRules.add(rules);
        rules.put(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, new DescribeTopicPartitionsRule());
        rules.put(
                ApiKeys.METADATA,
                new MetadataRule(() ->
                        autoCreateTopics && ClusterConfigs.autoCreateTopics(metadata.image())));
        Set<ApiKeys> unruled = EnumSet.copyOf(handler.apis());
        unruled.removeAll(rules.keySet());
        if (!unruled.isEmpty()) {
            throw new IllegalStateException("no rule says who may use " + unruled);
        }
    }

    @Override
    public Set<ApiKeys> apis() {
        return handler.apis();
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        Rule rule = rules.get(request.apiKey());
        if (rule == null) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException(request.apiKey() + " is not served"));
        }
        return rule.apply(Caller.of(permissions, request, metadata.image()), request, handler);
    }

    @Override
    public int frameBytesMax(ConnectionInfo connection) {
        return handler.frameBytesMax(connection);
    }

    @Override
    public boolean expectsBareToken(ConnectionInfo connection) {
        return handler.expectsBareToken(connection);
    }

    @Override
    public void closed(ConnectionInfo connection) {
        handler.closed(connection);
    }
}
