package io.quafka.program.cli;

import io.quafka.program.config.ConfigKey;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.program.json.Json;
import io.quafka.program.roles.Recovery;
import io.quafka.program.roles.RecoveryReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka recover`.
@Command(
        name = "recover",
        header = "Rebuild a cluster from its object store, in an empty data directory.",
        description = {
            "Topics with their ids and settings, history up to what was tiered last, offsets of groups and transactions"
                    + " as they were copied last. Records stay in the store. What still runs of the old cluster must be"
                    + " stopped before; it deletes nothing in the store any more.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  quafka recover --from s3://my-bucket --data ./new --dry-run",
            "  quafka recover --from directory:/mnt/objects --data ./new",
            "  quafka broker --data ./new --set tiering.store=directory --set tiering.directory=/mnt/objects"
        })
final class RecoverCommand implements Callable<Integer> {
    private static final String S3 = "s3://";
    private static final String DIRECTORY = "directory:";

    @Option(
            names = "--from",
            paramLabel = "s3://BUCKET[/PREFIX]|directory:PATH",
            description =
                    "The object store (default: as tiering.* says). How S3 is reached is set as for a broker: --set"
                            + " tiering.s3.endpoint=... and so on.")
    private @Nullable String from;

    @Option(
            names = "--cluster",
            paramLabel = "ID",
            description = "Which cluster, where the store has several.")
    private @Nullable String cluster;

    @Option(names = "--dry-run", description = "Only tell what would be recovered.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Mixin private ConfigOptions options = new ConfigOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Configuration configuration = options.load(store());
        RecoveryReport report = Recovery.run(configuration, cluster, dryRun, StepBar::draw);
        StepBar.clear();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.write(fields(report)));
        } else {
            print(out, report, configuration);
        }
        out.flush();
        return ExitCode.OK;
    }

    private Map<ConfigKey<?>, @Nullable String> store() {
        Map<ConfigKey<?>, @Nullable String> named = new LinkedHashMap<>();
        String given = from;
        if (given == null) {
            return named;
        }
        if (given.startsWith(DIRECTORY)) {
            named.put(ConfigKeys.TIERING_STORE, "directory");
            named.put(ConfigKeys.TIERING_DIRECTORY, given.substring(DIRECTORY.length()));
        } else if (given.startsWith(S3)) {
            String path = given.substring(S3.length());
            int slash = path.indexOf('/');
            String prefix = slash < 0 ? "" : path.substring(slash + 1);
            named.put(ConfigKeys.TIERING_STORE, "s3");
            named.put(ConfigKeys.TIERING_S3_BUCKET, slash < 0 ? path : path.substring(0, slash));
            named.put(
                    ConfigKeys.TIERING_S3_PREFIX,
                    prefix.isEmpty() || prefix.endsWith("/") ? prefix : prefix + "/");
        } else {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--from is s3://BUCKET[/PREFIX] or directory:PATH, not '" + given + "'");
        }
        return named;
    }

    private void print(PrintWriter out, RecoveryReport report, Configuration configuration) {
        out.printf(
                "%s cluster %s as of %s%s%n%n",
                dryRun ? "Would recover" : "Recovered",
                report.cluster(),
                time(report.metadataMs()),
                dryRun
                        ? "; nothing was written."
                        : ", into " + configuration.get(ConfigKeys.NODE_DATA_DIR) + ".");
        Output.print(out, topics(report, false), false);
        out.println();
        Output.print(out, shards(report, false), false);
        out.println();
        if (report.groups() >= 0) {
            out.printf(
                    "%d groups have positions; %d of these lay past the end of what was recovered, and were taken back to it.%n",
                    report.groups(), report.corrections().size());
            if (!report.corrections().isEmpty()) {
                Output.print(out, positions(report), false);
            }
        }
        if (!dryRun) {
            out.println("Start it on this directory, with the object store set as it was here.");
        }
        if (report.abortedTransactions() > 0) {
            out.printf(
                    "%d transactions had no end in what was tiered, and were aborted.%n",
                    report.abortedTransactions());
        }
    }

    private Map<String, Object> fields(RecoveryReport report) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("cluster", report.cluster());
        fields.put("dry-run", dryRun);
        fields.put("metadata-time", time(report.metadataMs()));
        fields.put("topics", topics(report, true));
        fields.put("shards", shards(report, true));
        fields.put("groups", report.groups());
        fields.put("positions-taken-back", positions(report));
        fields.put("aborted-transactions", report.abortedTransactions());
        return fields;
    }

    private static List<Map<String, Object>> topics(RecoveryReport report, boolean machine) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (RecoveryReport.Topic topic : report.topics()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("topic", topic.name());
            row.put("partitions", topic.partitions());
            row.put("empty", topic.empty());
            row.put("offsets", topic.offsets());
            row.put("bytes", machine ? topic.bytes() : Human.bytes(topic.bytes()));
            row.put("newest", topic.newestMs() < 0 ? "-" : time(topic.newestMs()));
            row.put("lacks", topic.lacks());
            rows.add(row);
        }
        return rows;
    }

    private static List<Map<String, Object>> shards(RecoveryReport report, boolean machine) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (RecoveryReport.Shard shard : report.shards()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("shard", shard.id());
            row.put("manifest", time(shard.manifestMs()));
            row.put(
                    "untiered",
                    machine ? shard.untieredBytes() : Human.bytes(shard.untieredBytes()));
            row.put("groups-and-transactions", time(shard.internalMs()));
            rows.add(row);
        }
        return rows;
    }

    private static List<Map<String, Object>> positions(RecoveryReport report) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (RecoveryReport.Position each : report.corrections()) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("group", each.group());
            row.put("topic", each.topic());
            row.put("partition", each.partition());
            row.put("committed", each.committed());
            row.put("now", each.end());
            rows.add(row);
        }
        return rows;
    }

    private static String time(@Nullable Long ms) {
        return ms == null
                ? "never copied"
                : Instant.ofEpochMilli(ms).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
