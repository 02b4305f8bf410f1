package io.quafka.program.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialsDescription;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka user delete`.
@Command(
        name = "delete",
        header = "Forget users' passwords.",
        description = "Connections that are open go on until their session ends.")
final class UserDeleteCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(arity = "1..*", paramLabel = "USER", description = "Names of the users.")
    private List<String> users = List.of();

    @Option(names = "--if-exists", description = "Pass over a user that does not exist.")
    private boolean ifExists;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        try (Admin admin = client.admin()) {
            Map<String, UserScramCredentialsDescription> known = UserPasswords.all(admin);
            for (String user : users) {
                UserScramCredentialsDescription description = known.get(user);
                if (description == null) {
                    if (!ifExists) {
                        throw new CommandFailedException("there is no user " + user);
                    }
                    out.println("no user " + user);
                    continue;
                }
                List<UserScramCredentialAlteration> deletions = new ArrayList<>();
                description
                        .credentialInfos()
                        .forEach(info ->
                                deletions.add(
                                        new UserScramCredentialDeletion(user, info.mechanism())));
                admin.alterUserScramCredentials(deletions).all().get();
                out.println("deleted " + user);
            }
        } finally {
            out.flush();
        }
        return ExitCode.OK;
    }
}
