package io.quafka.program.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `quafka retention ...`.
@Command(
        name = "retention",
        header = "Show how topics share the disks, and what a change would do.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka retention status",
            "  quafka retention plan --topic words --percent 20",
            "  quafka retention plan --add-node 500GiB"
        },
        subcommands = {RetentionStatusCommand.class, RetentionPlanCommand.class})
final class RetentionCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which: status or plan?");
    }
}
