package io.quafka.program.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka group list`.
@Command(name = "list", header = "List groups.")
final class GroupListCommand implements Callable<Integer> {
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
            List<GroupListing> groups = new ArrayList<>(admin.listGroups().all().get());
            groups.sort(Comparator.comparing(GroupListing::groupId));
            for (GroupListing group : groups) {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("group", group.groupId());
                row.put("type", group.type().map(GroupListCommand::lower).orElse("unknown"));
                row.put("state", group.groupState().map(GroupListCommand::lower).orElse("unknown"));
                row.put("protocol", group.protocol());
                rows.add(row);
            }
        }
        Output.print(spec.commandLine().getOut(), rows, json);
        return ExitCode.OK;
    }

    private static String lower(Object kind) {
        return kind.toString().toLowerCase(Locale.ROOT);
    }
}
