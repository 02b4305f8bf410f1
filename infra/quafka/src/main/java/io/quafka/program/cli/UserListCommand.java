package io.quafka.program.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka user list`.
@Command(
        name = "list",
        header = "List users that have passwords. Of the passwords nothing is told.")
final class UserListCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<Map<String, Object>> rows = new ArrayList<>();
        try (Admin admin = client.admin()) {
            UserPasswords.all(admin)
                    .forEach((user, description) -> {
                        Map<String, Object> row = new LinkedHashMap<>();
                        row.put("user", user);
                        row.put(
                                "mechanisms",
                                description.credentialInfos().stream()
                                        .map(ScramCredentialInfo::mechanism)
                                        .map(mechanism -> mechanism.mechanismName())
                                        .sorted()
                                        .collect(Collectors.joining(",")));
                        rows.add(row);
                    });
        }
        Output.print(spec.commandLine().getOut(), rows, json);
        return ExitCode.OK;
    }
}
