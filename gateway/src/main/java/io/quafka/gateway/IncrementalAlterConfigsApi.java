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
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// IncrementalAlterConfigs: sets, resets, and appends to or subtracts from lists; what is not named
/// stays.
final class IncrementalAlterConfigsApi implements Api {
    private final ConfigAlterations alterations;

    IncrementalAlterConfigsApi(ConfigAlterations alterations) {
        this.alterations = alterations;
    }

    @Override
    public CompletableFuture<KafkaResponse> handle(KafkaRequest request) {
        var data = (IncrementalAlterConfigsRequestData) request.body();
        List<ConfigAlterations.Wish> wishes = new ArrayList<>();
        data.resources().forEach(resource -> wishes.add(wish(resource)));
        return alterations
                .apply(wishes, false, data.validateOnly())
                .thenApply(results -> {
                    var answer = new IncrementalAlterConfigsResponseData();
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
            AlterConfigOp.OpType type = AlterConfigOp.OpType.forId(config.configOperation());
            if (!names.add(config.name())) {
                problem = "Error due to duplicate config keys: " + config.name();
            } else if (type == null) {
                problem = "Unknown operation " + config.configOperation();
            } else if (config.value() == null && type != AlterConfigOp.OpType.DELETE) {
                problem = "Null value not supported for: " + config.name();
            } else {
                changes.add(new ConfigChange(config.name(), operation(type), config.value()));
            }
        }
        return new ConfigAlterations.Wish(
                resource.resourceType(), resource.resourceName(), changes, problem);
    }

    private static ConfigOp operation(AlterConfigOp.OpType type) {
        return switch (type) {
            case SET -> ConfigOp.SET;
            case DELETE -> ConfigOp.DELETE;
            case APPEND -> ConfigOp.APPEND;
            case SUBTRACT -> ConfigOp.SUBTRACT;
        };
    }

    private static AlterConfigsResourceResponse toResponse(ConfigAlterations.Result result) {
        return new AlterConfigsResourceResponse()
                .setResourceType(result.type())
                .setResourceName(result.name())
                .setErrorCode(result.error().code())
                .setErrorMessage(result.error() == Errors.NONE ? null : result.message());
    }
}
