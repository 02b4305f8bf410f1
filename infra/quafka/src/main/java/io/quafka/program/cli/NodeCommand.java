package io.quafka.program.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `quafka node ...`.
@Command(
        name = "node",
        header = "Show the processes of the cluster.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  quafka node list", "  quafka node describe 2"},
        subcommands = {NodeListCommand.class, NodeDescribeCommand.class})
final class NodeCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which: list or describe?");
    }
}
