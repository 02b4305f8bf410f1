package io.quafka.program.cli;

import io.quafka.program.config.ConfigKey;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.program.roles.ControllerProcess;
import io.quafka.program.roles.RunningRole;
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
            "  quafka controller --data /var/lib/quafka --members 1@10.0.0.1:9190",
            "  quafka controller --id 2 --members 1@10.0.0.1:9190,2@10.0.0.2:9190,3@10.0.0.3:9190"
        })
final class ControllerCommand extends RoleCommand {
    @Option(
            names = "--id",
            paramLabel = "N",
            description = "Which member this is (controller.member.id; default: 1).")
    private @Nullable String id;

    @Option(
            names = "--members",
            paramLabel = "ID@HOST:PORT,...",
            description =
                    "All members, this one too (controller.members; default: 1@127.0.0.1:9190).")
    private @Nullable String members;

    @Option(
            names = "--join",
            description =
                    "Wait to be taken in by 'quafka quorum add' (controller.join=true), instead of forming a new controller.")
    private boolean join;

    @Override
    Map<ConfigKey<?>, @Nullable String> named() {
        Map<ConfigKey<?>, @Nullable String> flags = new LinkedHashMap<>();
        flags.put(ConfigKeys.CONTROLLER_MEMBER_ID, id);
        flags.put(ConfigKeys.CONTROLLER_MEMBERS, members);
        flags.put(ConfigKeys.CONTROLLER_JOIN, join ? "true" : null);
        return flags;
    }

    @Override
    RunningRole start(Configuration configuration) throws InterruptedException {
        return ControllerProcess.start(configuration);
    }
}
