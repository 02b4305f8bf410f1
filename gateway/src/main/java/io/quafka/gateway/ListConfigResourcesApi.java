package io.quafka.gateway;

import io.quafka.controller.Metadata;
import io.quafka.controller.model.ClusterImage;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.Errors;

/// ListConfigResources (KIP-1142): every topic and gateway, and the groups that have configs of
/// their own. Client metrics and brokers' loggers have none here, and so none are listed.
final class ListConfigResourcesApi implements Api {
    private static final short TYPES_VERSION = 1;

    private static final Set<Byte> EVERY_TYPE =
            Set.of(
                    ConfigResource.Type.TOPIC.id(),
                    ConfigResource.Type.BROKER.id(),
                    ConfigResource.Type.BROKER_LOGGER.id(),
                    ConfigResource.Type.CLIENT_METRICS.id(),
                    ConfigResource.Type.GROUP.id());

    private final Metadata metadata;
    private final GatewayDirectory directory;

    ListConfigResourcesApi(Metadata metadata, GatewayDirectory directory) {
        this.metadata = metadata;
        this.directory = directory;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (ListConfigResourcesRequestData) request.body();
        return CompletableFuture.completedFuture(
                KafkaResponse.of(answer(request.version(), data.resourceTypes())));
    }

    private ListConfigResourcesResponseData answer(short version, List<Byte> asked) {
        Set<Byte> types = new LinkedHashSet<>(asked);
        if (version < TYPES_VERSION) {
            types.add(ConfigResource.Type.CLIENT_METRICS.id());
        } else if (types.isEmpty()) {
            types.addAll(EVERY_TYPE);
        }
        var answer = new ListConfigResourcesResponseData();
        if (!EVERY_TYPE.containsAll(types)) {
            return answer.setErrorCode(Errors.UNSUPPORTED_VERSION.code());
        }
        ClusterImage image = metadata.image();
        for (byte type : types) {
            for (String name : names(image, ConfigResource.Type.forId(type))) {
                answer.configResources()
                        .add(
                                new ListConfigResourcesResponseData.ConfigResource()
                                        .setResourceType(type)
                                        .setResourceName(name));
            }
        }
        return answer;
    }

    private Collection<String> names(ClusterImage image, ConfigResource.Type type) {
        return switch (type) {
            case TOPIC -> image.topicsByName().keySet();
            case BROKER ->
                    directory.at(image).members().stream()
                            .map(member -> Integer.toString(member.id()))
                            .toList();
            case GROUP -> image.groupConfigs().keySet();
            case BROKER_LOGGER, CLIENT_METRICS, UNKNOWN -> List.of();
        };
    }
}
