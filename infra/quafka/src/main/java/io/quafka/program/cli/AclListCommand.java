package io.quafka.program.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka acl list`.
@Command(name = "list", header = "List ACLs: all, or those of a user, a topic or others.")
final class AclListCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Mixin private AclOptions options = new AclOptions();

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<AclBinding> acls = new ArrayList<>();
        try (Admin admin = client.admin()) {
            for (AclBindingFilter filter : options.filters()) {
                acls.addAll(admin.describeAcls(filter).values().get());
            }
        }
        List<Map<String, Object>> rows =
                acls.stream()
                        .map(AclOptions::row)
                        .sorted(Comparator.comparing(Map::toString))
                        .toList();
        Output.print(spec.commandLine().getOut(), rows, json);
        return ExitCode.OK;
    }
}
