package io.quafka.program.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `quafka acl ...`.
@Command(
        name = "acl",
        header = "Say who may do what: list, add and remove ACLs.",
        description = {
            "%nWhat no ACL allows is refused, and what one denies is refused whatever others allow. Super users may do everything.%n"
        },
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka acl add --user alice --allow write,create --topic orders",
            "  quafka acl add --user billing --allow read --topic orders --group billing",
            "  quafka acl add --user robot --allow all --topic robot- --prefixed",
            "  quafka acl add --user '*' --deny delete --topic orders",
            "  quafka acl list --user alice",
            "  quafka acl remove --user alice --topic orders"
        },
        subcommands = {AclListCommand.class, AclAddCommand.class, AclRemoveCommand.class})
final class AclCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which: list, add or remove?");
    }
}
