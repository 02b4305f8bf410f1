package io.quafka.program.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka node elect`.
@Command(
        name = "elect",
        header = "Have all partitions led by their preferred leaders.",
        description = {
            "Those are the first of their replicas. After a node was away, others still lead what it led.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {"  quafka node elect"})
final class NodeElectCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        Map<TopicPartition, Optional<Throwable>> told;
        try (Admin admin = client.admin()) {
            told = admin.electLeaders(ElectionType.PREFERRED, null).partitions().get();
        }
        Map<String, Integer> reasons = new TreeMap<>();
        told.values()
                .forEach(each ->
                        each.ifPresent(reason ->
                                reasons.merge(
                                        String.valueOf(reason.getMessage()), 1, Integer::sum)));
        int refused = reasons.values().stream().mapToInt(i -> i).sum();
        if (json) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("elected", told.size() - refused);
            row.put("notElected", reasons);
            Output.print(out, List.of(row), true);
        } else {
            out.printf("%d partitions are led by others than before now%n", told.size() - refused);
            List<Map<String, Object>> rows = new ArrayList<>();
            reasons.forEach((reason, count) -> rows.add(row(count, reason)));
            Output.print(out, rows, false);
        }
        out.flush();
        return refused == 0 ? ExitCode.OK : ExitCode.FAILED;
    }

    private static Map<String, Object> row(int count, String reason) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("partitions", count);
        row.put("not, because", reason);
        return row;
    }
}
