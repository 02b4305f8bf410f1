package io.quafka.program.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `quafka user ...`.
@Command(
        name = "user",
        header = "Make, change, list and delete users that come in by name and password.",
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka user create alice                         asks for the password",
            "  quafka user create alice --password-file secret",
            "  head -c 24 /dev/urandom | base64 | tee secret | quafka user create robot",
            "  quafka user list"
        },
        subcommands = {
            UserCreateCommand.class,
            UserAlterCommand.class,
            UserListCommand.class,
            UserDeleteCommand.class
        })
final class UserCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "Which: create, alter, list or delete?");
    }
}
