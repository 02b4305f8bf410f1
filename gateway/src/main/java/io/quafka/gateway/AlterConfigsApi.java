package io.quafka.gateway;

import io.quafka.controller.model.Command.ConfigChange;
import io.quafka.controller.model.Command.ConfigOp;
import io.quafka.wire.KafkaRequest;
import io.quafka.wire.KafkaResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// AlterConfigs, the legacy way: what a resource's list does not name goes back to its default.
final class AlterConfigsApi implements Api {
    private final ConfigAlterations alterations;

    AlterConfigsApi(ConfigAlterations alterations) {
        this.alterations = alterations;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (AlterConfigsRequestData) request.body();
        List<ConfigAlterations.Wish> wishes = new ArrayList<>();
        data.resources().forEach(resource -> wishes.add(wish(resource)));
        return alterations
                .apply(wishes, true, data.validateOnly())
                .thenApply(results -> {
                    var answer = new AlterConfigsResponseData();
                    for (ConfigAlterations.Result result : results) {
                        answer.responses().add(toResponse(result));
                    }
                    return KafkaResponse.of(answer);
                });
    }

    private static ConfigAlterations.Wish wish(AlterConfigsResource resource) {
        List<ConfigChange> changes = new ArrayList<>();
        Set<String> names = new HashSet<>();
        @Nullable String problem = null;
        for (AlterableConfig config : resource.configs()) {
            if (!names.add(config.name())) {
                problem = "Error due to duplicate config keys: " + config.name();
            } else if (config.value() == null) {
                problem = "Null value not supported for: " + config.name();
            }
            changes.add(new ConfigChange(config.name(), ConfigOp.SET, config.value()));
        }
        return new ConfigAlterations.Wish(
                resource.resourceType(), resource.resourceName(), changes, problem);
    }

    private static AlterConfigsResourceResponse toResponse(ConfigAlterations.Result result) {
        return new AlterConfigsResourceResponse()
                .setResourceType(result.type())
                .setResourceName(result.name())
                .setErrorCode(result.error().code())
                .setErrorMessage(result.error() == Errors.NONE ? null : result.message());
    }
}
