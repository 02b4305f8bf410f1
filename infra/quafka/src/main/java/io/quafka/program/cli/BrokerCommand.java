package io.quafka.program.cli;

import io.quafka.program.config.ConfigKey;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.program.roles.BrokerProcess;
import io.quafka.program.roles.ClusterBrokerProcess;
import io.quafka.program.roles.RunningRole;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `quafka broker`.
@Command(
        name = "broker",
        header = "Run all roles in one process, alone or as one broker of several.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka broker",
            "  quafka broker --data /var/lib/quafka --listen 0.0.0.0:9092 --advertise kafka.example.com:9092 --set gateway.open=true",
            "  quafka broker --set storage.fsync=os --set num.partitions=4",
            "  quafka broker --id 1 --members 1@10.0.0.1:9190,2@10.0.0.2:9190,3@10.0.0.3:9190 --listen 10.0.0.1:9092 --storage-listen 10.0.0.1:9191"
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

    @Option(
            names = "--members",
            paramLabel = "[ID@]HOST:PORT,...",
            description =
                    "Be one broker of several, whose controller's members are these, or are known there (controller.members).")
    private @Nullable String members;

    @Option(
            names = "--id",
            paramLabel = "N",
            description =
                    "Be this member of the controller too (controller.member.id; default: none, with --members).")
    private @Nullable String id;

    @Option(
            names = "--storage-listen",
            paramLabel = "HOST:PORT",
            description =
                    "Serve the other brokers here, with --members (storage.listen; default: 127.0.0.1:9191; port 0 takes a free one).")
    private @Nullable String storageListen;

    @Override
    Map<ConfigKey<?>, @Nullable String> named() {
        Map<ConfigKey<?>, @Nullable String> flags = new LinkedHashMap<>();
        flags.put(ConfigKeys.GATEWAY_LISTEN, listen);
        flags.put(ConfigKeys.GATEWAY_ADVERTISED, advertise);
        flags.put(ConfigKeys.CONTROLLER_MEMBERS, members);
        flags.put(ConfigKeys.CONTROLLER_MEMBER_ID, id);
        flags.put(ConfigKeys.STORAGE_LISTEN, storageListen);
        return flags;
    }

    @Override
    RunningRole start(Configuration configuration) throws InterruptedException {
        return ClusterBrokerProcess.isConfigured(configuration)
                ? ClusterBrokerProcess.start(configuration, toldToStop())
                : BrokerProcess.start(configuration);
    }
}
