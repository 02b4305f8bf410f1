package io.quafka.program.cli;

import io.quafka.program.config.ConfigKey;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.program.roles.RunningRole;
import io.quafka.program.roles.StartException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `quafka controller`.
@Command(
        name = "controller",
        header = "Run a member of the controller: keeps the metadata.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka controller --data /var/lib/quafka --listen 10.0.0.1:9190 --set controller.members=10.0.0.1:9190"
        })
final class ControllerCommand extends RoleCommand {
    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description =
                    "Serve the other processes here (controller.listen; default: 127.0.0.1:9190).")
    private @Nullable String listen;

    @Override
    Map<ConfigKey<?>, @Nullable String> named() {
        Map<ConfigKey<?>, @Nullable String> flags = new LinkedHashMap<>();
        flags.put(ConfigKeys.CONTROLLER_LISTEN, listen);
        return flags;
    }

    @Override
    RunningRole start(Configuration configuration) {
        throw new StartException("the controller is not part of this build yet");
    }
}
