package io.quafka.program.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `quafka quota remove`.
@Command(
        name = "remove",
        header = "Remove quotas of a user, a client id, both together, or an address.",
        description = "Prints what is gone.")
final class QuotaRemoveCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Mixin private QuotaOptions options = new QuotaOptions();

    @Parameters(
            paramLabel = "KEY",
            arity = "0..*",
            description = "Which of its quotas, by Kafka's names; none for all.")
    private List<String> keys = List.of();

    @Option(names = "--dry-run", description = "Print what would be removed, and remove nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ClientQuotaEntity entity = options.entity(spec);
        Map<String, Double> gone;
        try (Admin admin = client.admin()) {
            Map<String, Double> own =
                    admin.describeClientQuotas(options.exactly())
                            .entities()
                            .get()
                            .getOrDefault(entity, Map.of());
            gone = new HashMap<>(own);
            if (!keys.isEmpty()) {
                gone.keySet().retainAll(keys);
            }
            if (gone.isEmpty()) {
                throw new CommandFailedException(
                        "there is no such quota: 'quafka quota list' shows those that are");
            }
            List<ClientQuotaAlteration.Op> ops =
                    gone.keySet().stream()
                            .map(key -> new ClientQuotaAlteration.Op(key, null))
                            .toList();
            QuotaOptions.alter(admin, entity, ops, dryRun);
        }
        Output.print(
                spec.commandLine().getOut(), QuotaOptions.rows(Map.of(entity, gone), json), json);
        return ExitCode.OK;
    }
}
