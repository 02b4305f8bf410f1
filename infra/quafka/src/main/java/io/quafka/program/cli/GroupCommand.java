package io.quafka.program.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `quafka group ...`.
@Command(
        name = "group",
        header = "List, describe and delete consumer groups, and reset their offsets.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka group list",
            "  quafka group describe readers --json",
            "  quafka group reset-offsets readers --topic words --to-earliest",
            "  quafka group reset-offsets readers --to-datetime 2026-01-31T12:00:00Z --execute",
            "  quafka group delete readers"
        },
        subcommands = {
            GroupListCommand.class,
            GroupDescribeCommand.class,
            GroupDeleteCommand.class,
            GroupResetCommand.class
        })
final class GroupCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "Which: list, describe, delete or reset-offsets?");
    }
}
