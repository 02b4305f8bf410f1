package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.config.ConfigDescriptions;
import io.quafka.controller.config.DescribedConfig;
import io.quafka.controller.model.ClusterImage;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.jspecify.annotations.Nullable;

/// DescribeConfigs: topics, groups, the cluster's defaults (BROKER with an empty name), and nodes.
/// A node shows the cluster's settings and, where it is this very gateway, what it was started
/// with, read-only.
final class DescribeConfigsApi implements Api {
    private final Metadata metadata;
    private final GatewayDirectory directory;
    private final Map<String, String> nodeConfigs;

    DescribeConfigsApi(Metadata metadata, GatewayDirectory directory, GatewayConfig config) {
        this.metadata = metadata;
        this.directory = directory;
        this.nodeConfigs = config.nodeConfigs();
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (DescribeConfigsRequestData) request.body();
        ClusterImage image = metadata.image();
        var answer = new DescribeConfigsResponseData();
        for (DescribeConfigsResource resource : data.resources()) {
            answer.results().add(describe(image, resource, data));
        }
        return CompletableFuture.completedFuture(KafkaResponse.of(answer));
    }

    private DescribeConfigsResult describe(
            ClusterImage image, DescribeConfigsResource asked, DescribeConfigsRequestData data) {
        var result =
                new DescribeConfigsResult()
                        .setResourceType(asked.resourceType())
                        .setResourceName(asked.resourceName());
        var resource =
                new ConfigResource(
                        ConfigResource.Type.forId(asked.resourceType()), asked.resourceName());
        ConfigDescriptions.Description found = ConfigDescriptions.describe(image, resource);
        if (found.error() != Errors.NONE) {
            return result.setErrorCode(found.error().code()).setErrorMessage(found.message());
        }
        Set<String> wanted =
                asked.configurationKeys() == null
                        ? Set.of()
                        : new HashSet<>(asked.configurationKeys());
        for (DescribedConfig config : all(image, resource, found.entries())) {
            if (wanted.isEmpty() || wanted.contains(config.name())) {
                result.configs().add(toResponse(config, data));
            }
        }
        return result;
    }

    private List<DescribedConfig> all(
            ClusterImage image, ConfigResource resource, List<DescribedConfig> cluster) {
        if (resource.type() != ConfigResource.Type.BROKER) {
            return cluster;
        }
        Map<String, DescribedConfig> all = new TreeMap<>();
        if (resource.name().equals(Integer.toString(directory.self()))) {
            nodeConfigs.forEach((name, value) -> all.put(name, started(name, value)));
        }
        // Where the cluster has a say, the node has none.
        cluster.forEach(config -> all.put(config.name(), config));
        all.put(DrainingNodes.NAME, DrainingNodes.described(image));
        return new ArrayList<>(all.values());
    }

    private static DescribedConfig started(String name, String value) {
        ConfigSource source = ConfigSource.STATIC_BROKER_CONFIG;
        return new DescribedConfig(
                name,
                value,
                source,
                ConfigType.STRING,
                true,
                false,
                "Set where the node is started.",
                List.of(new DescribedConfig.Synonym(name, value, source)));
    }

    private static DescribeConfigsResourceResult toResponse(
            DescribedConfig config, DescribeConfigsRequestData data) {
        @Nullable String documentation =
                data.includeDocumentation() ? config.documentation() : null;
        var entry =
                new DescribeConfigsResourceResult()
                        .setName(config.name())
                        .setValue(config.sensitive() ? null : config.value())
                        .setReadOnly(config.readOnly())
                        .setConfigSource(config.source().id())
                        .setIsSensitive(config.sensitive())
                        .setConfigType(config.type().id())
                        .setDocumentation(documentation);
        if (data.includeSynonyms()) {
            for (DescribedConfig.Synonym synonym : config.synonyms()) {
                entry.synonyms()
                        .add(
                                new DescribeConfigsSynonym()
                                        .setName(synonym.name())
                                        .setValue(config.sensitive() ? null : synonym.value())
                                        .setSource(synonym.source().id()));
            }
        }
        return entry;
    }
}
