package io.quafka.program.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka user alter`.
@Command(name = "alter", header = "Give a user another password. Connections that are open go on.")
final class UserAlterCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Mixin private PasswordOption password = new PasswordOption();

    @Parameters(paramLabel = "USER", description = "The user's name.")
    private String user = "";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        String secret = password.read();
        PrintWriter out = spec.commandLine().getOut();
        try (Admin admin = client.admin()) {
            if (!UserPasswords.all(admin).containsKey(user)) {
                throw new CommandFailedException("there is no user " + user);
            }
            UserPasswords.set(admin, user, secret);
            out.println("altered " + user);
            out.flush();
        }
        return ExitCode.OK;
    }
}
