package io.quafka.program.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka acl remove`.
@Command(
        name = "remove",
        header = "Remove the ACLs of a user, of a topic or others, or of both.",
        description = "Prints what is gone.")
final class AclRemoveCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Mixin private AclOptions options = new AclOptions();

    @Option(names = "--dry-run", description = "Print what would be removed, and remove nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (options.principal() == null && options.resources().isEmpty()) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "Whose (--user), or of which --topic, --group, --transactional-id or --cluster?");
        }
        List<AclBindingFilter> filters = options.filters();
        Collection<AclBinding> gone = new ArrayList<>();
        try (Admin admin = client.admin()) {
            if (dryRun) {
                for (AclBindingFilter filter : filters) {
                    gone.addAll(admin.describeAcls(filter).values().get());
                }
            } else {
                gone.addAll(admin.deleteAcls(filters).all().get());
            }
        }
        if (gone.isEmpty()) {
            throw new CommandFailedException(
                    "there is no such ACL: 'quafka acl list' shows those that are");
        }
        Output.print(
                spec.commandLine().getOut(), gone.stream().map(AclOptions::row).toList(), json);
        return ExitCode.OK;
    }
}
