package io.quafka.program.cli;

import io.quafka.program.config.ConfigKey;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.program.roles.GatewayProcess;
import io.quafka.program.roles.RunningRole;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `quafka gateway`.
@Command(
        name = "gateway",
        header = "Run a gateway: serves Kafka clients and HTTP, keeps nothing.",
        footerHeading = "%nExamples:%n",
        footer = {"  quafka gateway --members 1@10.0.0.1:9190"})
final class GatewayCommand extends RoleCommand {
    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description =
                    "Serve Kafka and HTTP here (gateway.listen; default: 127.0.0.1:9092; port 0 takes a free one).")
    private @Nullable String listen;

    @Option(
            names = "--advertise",
            paramLabel = "HOST:PORT",
            description =
                    "Tell clients to connect here (gateway.advertised; default: where it listens).")
    private @Nullable String advertise;

    @Option(
            names = "--members",
            paramLabel = "[ID@]HOST:PORT,...",
            description =
                    "The controller's members, or where to ask for them (controller.members; default: 1@127.0.0.1:9190).")
    private @Nullable String members;

    @Override
    Map<ConfigKey<?>, @Nullable String> named() {
        Map<ConfigKey<?>, @Nullable String> flags = new LinkedHashMap<>();
        flags.put(ConfigKeys.GATEWAY_LISTEN, listen);
        flags.put(ConfigKeys.GATEWAY_ADVERTISED, advertise);
        flags.put(ConfigKeys.CONTROLLER_MEMBERS, members);
        return flags;
    }

    @Override
    RunningRole start(Configuration configuration) throws InterruptedException {
        return GatewayProcess.start(configuration);
    }
}
