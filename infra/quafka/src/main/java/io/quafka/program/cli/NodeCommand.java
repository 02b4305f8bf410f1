package io.quafka.program.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `quafka node ...`.
@Command(
        name = "node",
        header = "Show the processes of the cluster, and move what they carry.",
        description = {
            "Partitions share shards: logs that lie on one storage node or, with replicas, on several. A shard moves as a whole,"
                    + " while its partitions are written and read.",
            ""
        },
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka node list",
            "  quafka node drain 2 --wait     before node 2 is taken away",
            "  quafka node spread             after a node was added"
        },
        subcommands = {
            NodeListCommand.class,
            NodeDescribeCommand.class,
            NodeShardsCommand.class,
            NodeMovesCommand.class,
            NodeMoveCommand.class,
            NodeDrainCommand.class,
            NodeSpreadCommand.class,
            NodeElectCommand.class,
            NodeRemoveCommand.class
        })
final class NodeCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "Which: list, describe, shards, moves, move, drain, spread, elect or remove?");
    }
}
