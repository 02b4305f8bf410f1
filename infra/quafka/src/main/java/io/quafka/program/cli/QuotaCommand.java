package io.quafka.program.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `quafka quota ...`.
@Command(
        name = "quota",
        header = "Say how much clients may: list, set and remove quotas.",
        description = {
            "%nOf users and client ids: producer_byte_rate, consumer_byte_rate (per second), request_percentage (of one thread) and"
                    + " controller_mutation_rate (partitions made and dropped per second)."
                    + " Of addresses: connection_creation_rate (per second). Each gateway counts for itself. The most particular quota"
                    + " binds, users before client ids.%n"
        },
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka quota set --user alice producer_byte_rate=10MiB consumer_byte_rate=20MiB",
            "  quafka quota set --default-client-id request_percentage=50",
            "  quafka quota set --ip 10.0.0.1 connection_creation_rate=20",
            "  quafka quota list",
            "  quafka quota remove --user alice consumer_byte_rate"
        },
        subcommands = {QuotaListCommand.class, QuotaSetCommand.class, QuotaRemoveCommand.class})
final class QuotaCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which: list, set or remove?");
    }
}
