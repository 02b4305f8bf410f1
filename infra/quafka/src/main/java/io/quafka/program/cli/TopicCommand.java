package io.quafka.program.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `quafka topic ...`.
@Command(
        name = "topic",
        header = "Create, list, describe, alter and delete topics.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka topic create words --partitions 4 --config retention.ms=604800000",
            "  quafka topic list",
            "  quafka topic describe words --json",
            "  quafka topic alter words --partitions 8 --config max.message.bytes=2097152",
            "  quafka topic delete words"
        },
        subcommands = {
            TopicCreateCommand.class,
            TopicListCommand.class,
            TopicDescribeCommand.class,
            TopicAlterCommand.class,
            TopicDeleteCommand.class
        })
final class TopicCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "Which: create, list, describe, alter or delete?");
    }
}
