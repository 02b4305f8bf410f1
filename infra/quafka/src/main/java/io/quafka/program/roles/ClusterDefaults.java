package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.ConfigChange;
import io.quafka.controller.model.Command.ConfigOp;
import io.quafka.controller.model.Reply;
import io.quafka.program.config.ConfigKey;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes what a controller process was configured with the cluster's defaults.
final class ClusterDefaults {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterDefaults.class);
    private static final ConfigResource CLUSTER =
            new ConfigResource(ConfigResource.Type.BROKER, "");

    private static final List<ConfigKey<?>> KEYS =
            List.of(
                    ConfigKeys.NUM_PARTITIONS,
                    ConfigKeys.STORAGE_DISK_TARGET_PERCENT,
                    ConfigKeys.LOG_LOCAL_RETENTION_PERCENT,
                    ConfigKeys.LOG_RETENTION_PERCENT);

    private ClusterDefaults() {}

    /// Changes nothing where nothing was configured, or all is as it should be. The future
    /// completes either way; a refusal is logged.
    static CompletableFuture<Void> apply(Controller controller, Configuration configuration) {
        List<ConfigChange> wanted = new ArrayList<>();
        for (ConfigKey<?> key : KEYS) {
            String value = configuration.text(key);
            if (!configuration.source(key).equals(Configuration.DEFAULT_SOURCE)
                    && !value.isBlank()
                    && !value.equals(controller.metadata().image().defaults().get(key.name()))) {
                wanted.add(new ConfigChange(key.name(), ConfigOp.SET, value));
            }
        }
        if (wanted.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        Map<ConfigResource, List<ConfigChange>> changes = Map.of(CLUSTER, wanted);
        return controller
                .submit(new Command.AlterConfigs(changes, false, false))
                .handle(ClusterDefaults::report);
    }

    private static @Nullable Void report(
            Reply.@Nullable Configs reply, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.atWarn().setCause(failure).log("the cluster's defaults could not be set");
        } else if (reply != null) {
            reply.outcomes()
                    .forEach((_, outcome) -> {
                        if (outcome.error() != Errors.NONE) {
                            LOG.atWarn()
                                    .addKeyValue("error", outcome.error())
                                    .addKeyValue("problem", outcome.message())
                                    .log("the cluster's defaults were refused");
                        }
                    });
        }
        return null;
    }
}
