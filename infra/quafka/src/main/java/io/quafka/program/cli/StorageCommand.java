package io.quafka.program.cli;

import io.quafka.program.config.ConfigKey;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.program.roles.RunningRole;
import io.quafka.program.roles.StorageProcess;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `quafka storage`.
@Command(
        name = "storage",
        header = "Run a storage node: keeps the data.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka storage --data /var/lib/quafka --listen 10.0.0.2:9191 --members 1@10.0.0.1:9190"
        })
final class StorageCommand extends RoleCommand {
    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description =
                    "Serve gateways here (storage.listen; default: 127.0.0.1:9191; port 0 takes a free one).")
    private @Nullable String listen;

    @Option(
            names = "--advertise",
            paramLabel = "HOST:PORT",
            description =
                    "Tell gateways to connect here (storage.advertised; default: where it listens).")
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
        flags.put(ConfigKeys.STORAGE_LISTEN, listen);
        flags.put(ConfigKeys.STORAGE_ADVERTISED, advertise);
        flags.put(ConfigKeys.CONTROLLER_MEMBERS, members);
        return flags;
    }

    @Override
    RunningRole start(Configuration configuration) throws InterruptedException {
        return StorageProcess.start(configuration);
    }
}
