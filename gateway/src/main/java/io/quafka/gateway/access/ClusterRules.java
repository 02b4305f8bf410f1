package io.quafka.gateway.access;

import static org.apache.kafka.common.acl.AclOperation.ALTER;
import static org.apache.kafka.common.acl.AclOperation.ALTER_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.CLUSTER_ACTION;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.protocol.Errors.CLUSTER_AUTHORIZATION_FAILED;
import static org.apache.kafka.common.protocol.Errors.GROUP_AUTHORIZATION_FAILED;
import static org.apache.kafka.common.protocol.Errors.TOPIC_AUTHORIZATION_FAILED;

import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import io.quafka.wire.RequestHandler;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;

/// Rules of APIs that are about the cluster, and about configs.
final class ClusterRules {
    private ClusterRules() {}

    static void add(Map<ApiKeys, Rule> rules) {
        rules.put(ApiKeys.API_VERSIONS, Rule.OPEN);
        rules.put(ApiKeys.DESCRIBE_CLUSTER, ClusterRules::describeCluster);
        rules.put(ApiKeys.DESCRIBE_LOG_DIRS, cluster(DESCRIBE));
        rules.put(ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, cluster(DESCRIBE));
        rules.put(ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, cluster(ALTER));
        rules.put(ApiKeys.DESCRIBE_ACLS, cluster(DESCRIBE));
        rules.put(ApiKeys.CREATE_ACLS, cluster(ALTER));
        rules.put(ApiKeys.DELETE_ACLS, cluster(ALTER));
        rules.put(ApiKeys.LIST_CONFIG_RESOURCES, cluster(DESCRIBE_CONFIGS));
        rules.put(ApiKeys.DESCRIBE_CLIENT_QUOTAS, cluster(DESCRIBE_CONFIGS));
        rules.put(ApiKeys.ALTER_CLIENT_QUOTAS, cluster(ALTER_CONFIGS));
        rules.put(ApiKeys.ALTER_PARTITION_REASSIGNMENTS, cluster(ALTER));
        rules.put(ApiKeys.LIST_PARTITION_REASSIGNMENTS, cluster(DESCRIBE));
        rules.put(ApiKeys.ELECT_LEADERS, cluster(ALTER));
        rules.put(ApiKeys.UNREGISTER_BROKER, cluster(ALTER));
        rules.put(
                ApiKeys.WRITE_TXN_MARKERS,
                Rule.whole(
                        ApiMessage.class,
                        (caller, _) ->
                                Rule.unless(
                                        caller.cluster(CLUSTER_ACTION) || caller.cluster(ALTER),
                                        CLUSTER_AUTHORIZATION_FAILED)));
        addConfigs(rules);
    }

    private static void addConfigs(Map<ApiKeys, Rule> rules) {
        rules.put(
                ApiKeys.DESCRIBE_CONFIGS,
                new Parted<>(
                        DescribeConfigsRequestData.class,
                        DescribeConfigsResponseData.class,
                        DescribeConfigsRequestData::resources,
                        (caller, resource) ->
                                config(
                                        caller,
                                        DESCRIBE_CONFIGS,
                                        resource.resourceType(),
                                        resource.resourceName()),
                        (like, resources) -> like.duplicate().setResources(resources),
                        (into, more) ->
                                into.setResults(Parted.joined(into.results(), more.results()))));
        rules.put(
                ApiKeys.ALTER_CONFIGS,
                new Parted<>(
                        AlterConfigsRequestData.class,
                        AlterConfigsResponseData.class,
                        data -> List.copyOf(data.resources()),
                        (caller, resource) ->
                                config(
                                        caller,
                                        ALTER_CONFIGS,
                                        resource.resourceType(),
                                        resource.resourceName()),
                        (like, resources) ->
                                like.duplicate()
                                        .setResources(
                                                Parted.copied(
                                                        new AlterConfigsRequestData
                                                                .AlterConfigsResourceCollection(),
                                                        resources,
                                                        AlterConfigsRequestData.AlterConfigsResource
                                                                ::duplicate)),
                        (into, more) ->
                                into.setResponses(
                                        Parted.joined(into.responses(), more.responses()))));
        rules.put(
                ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                new Parted<>(
                        IncrementalAlterConfigsRequestData.class,
                        IncrementalAlterConfigsResponseData.class,
                        data -> List.copyOf(data.resources()),
                        (caller, resource) ->
                                config(
                                        caller,
                                        ALTER_CONFIGS,
                                        resource.resourceType(),
                                        resource.resourceName()),
                        (like, resources) ->
                                like.duplicate()
                                        .setResources(
                                                Parted.copied(
                                                        new IncrementalAlterConfigsRequestData
                                                                .AlterConfigsResourceCollection(),
                                                        resources,
                                                        IncrementalAlterConfigsRequestData
                                                                        .AlterConfigsResource
                                                                ::duplicate)),
                        (into, more) ->
                                into.setResponses(
                                        Parted.joined(into.responses(), more.responses()))));
    }

    /// What may be done with the cluster, or nothing to who may not DESCRIBE it.
    static int operations(Caller caller) {
        return caller.cluster(DESCRIBE)
                ? caller.operations(ResourceType.CLUSTER, Resource.CLUSTER_NAME)
                : 0;
    }

    private static Rule cluster(AclOperation operation) {
        return Rule.whole(
                ApiMessage.class,
                (caller, _) ->
                        Rule.unless(caller.cluster(operation), CLUSTER_AUTHORIZATION_FAILED));
    }

    private static Errors config(Caller caller, AclOperation operation, byte type, String name) {
        return switch (ConfigResource.Type.forId(type)) {
            case TOPIC -> Rule.unless(caller.topic(operation, name), TOPIC_AUTHORIZATION_FAILED);
            case GROUP -> Rule.unless(caller.group(operation, name), GROUP_AUTHORIZATION_FAILED);
            case BROKER, BROKER_LOGGER, CLIENT_METRICS, UNKNOWN ->
                    Rule.unless(caller.cluster(operation), CLUSTER_AUTHORIZATION_FAILED);
        };
    }

    private static CompletableFuture<KafkaResponse> describeCluster(
            Caller caller, KafkaRequest request, RequestHandler next) {
        boolean asked =
                ((DescribeClusterRequestData) request.body()).includeClusterAuthorizedOperations();
        Rule rule =
                asked
                        ? Rule.OPEN.then(
                                DescribeClusterResponseData.class,
                                (who, answer) ->
                                        answer.setClusterAuthorizedOperations(operations(who)))
                        : Rule.OPEN;
        return rule.apply(caller, request, next);
    }
}
