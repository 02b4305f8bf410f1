package io.quafka.program.cli;

import io.quafka.program.config.ConfigKey;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.program.roles.BrokerProcess;
import io.quafka.program.roles.RunningRole;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `quafka broker`.
@Command(
        name = "broker",
        header = "Run everything in one process: controller, storage node and gateway.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka broker",
            "  quafka broker --data /var/lib/quafka --listen 0.0.0.0:9092 --advertise kafka.example.com:9092 --set gateway.open=true",
            "  quafka broker --set storage.fsync=os --set num.partitions=4"
        })
final class BrokerCommand extends RoleCommand {
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

    @Override
    Map<ConfigKey<?>, @Nullable String> named() {
        Map<ConfigKey<?>, @Nullable String> flags = new LinkedHashMap<>();
        flags.put(ConfigKeys.GATEWAY_LISTEN, listen);
        flags.put(ConfigKeys.GATEWAY_ADVERTISED, advertise);
        return flags;
    }

    @Override
    RunningRole start(Configuration configuration) throws InterruptedException {
        return BrokerProcess.start(configuration);
    }
}
