package io.quafka.program.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.ResourcePattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka acl add`.
@Command(name = "add", header = "Allow or deny a user to do something with topics or others.")
final class AclAddCommand implements Callable<Integer> {
    private static final String ANY_HOST = "*";

    @Mixin private ClientOptions client = new ClientOptions();

    @Mixin private AclOptions options = new AclOptions();

    @Option(
            names = "--allow",
            split = ",",
            paramLabel = "OPERATION",
            description = "What is allowed: read, write, create, ..., all.")
    private List<String> allowed = List.of();

    @Option(
            names = "--deny",
            split = ",",
            paramLabel = "OPERATION",
            description = "What is denied, whatever is allowed.")
    private List<String> denied = List.of();

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        String principal = options.principal();
        List<ResourcePattern> resources = options.resources();
        if (principal == null || resources.isEmpty() || (allowed.isEmpty() && denied.isEmpty())) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "Who (--user), what (--allow or --deny) and with which --topic, --group, --transactional-id or --cluster?");
        }
        List<AclBinding> acls = new ArrayList<>();
        for (ResourcePattern resource : resources) {
            add(acls, resource, principal, allowed, AclPermissionType.ALLOW);
            add(acls, resource, principal, denied, AclPermissionType.DENY);
        }
        try (Admin admin = client.admin()) {
            admin.createAcls(acls).all().get();
        }
        PrintWriter out = spec.commandLine().getOut();
        Output.print(out, acls.stream().map(AclOptions::row).toList(), json);
        return ExitCode.OK;
    }

    private void add(
            List<AclBinding> acls,
            ResourcePattern resource,
            String principal,
            List<String> words,
            AclPermissionType permission) {
        String host = options.host() == null ? ANY_HOST : options.host();
        for (AclOperation operation : AclOptions.operations(words)) {
            acls.add(
                    new AclBinding(
                            resource,
                            new AccessControlEntry(principal, host, operation, permission)));
        }
    }
}
