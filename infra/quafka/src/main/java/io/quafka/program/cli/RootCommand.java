package io.quafka.program.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka` itself: prints its help.
@Command(
        name = "quafka",
        header = "A Kafka-compatible streaming service with stateless gateways.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka broker                              everything in one process, data under ./data",
            "  quafka topic create words --partitions 4   make a topic",
            "  quafka produce words /etc/services         send a file, a record for each line",
            "  quafka consume words --until-end           print what is there",
            "",
            "Exit codes: 0 done, 1 could not be done, 2 not understood."
        },
        versionProvider = Version.class)
final class RootCommand implements Runnable {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = CommandLine.ScopeType.INHERIT,
            description = "Show this help.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version.")
    private boolean version;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which command?");
    }
}
