package io.quafka.program.cli;

import io.quafka.program.config.Sizes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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

/// `quafka quota set`.
@Command(
        name = "set",
        header = "Set quotas of a user, a client id, both together, or an address.",
        description = "Quotas that are not named stay as they are.")
final class QuotaSetCommand implements Callable<Integer> {
    private static final String BYTES = "_byte_rate";

    @Mixin private ClientOptions client = new ClientOptions();

    @Mixin private QuotaOptions options = new QuotaOptions();

    @Parameters(
            paramLabel = "KEY=VALUE",
            arity = "1..*",
            description = "Quotas by Kafka's names; bytes also as 512KiB, 10MiB.")
    private Map<String, String> quotas = new LinkedHashMap<>();

    @Option(names = "--dry-run", description = "Have it checked, and set nothing.")
    private boolean dryRun;

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        ClientQuotaEntity entity = options.entity(spec);
        Map<String, Double> bounds = new LinkedHashMap<>();
        quotas.forEach((key, value) -> bounds.put(key, bound(key, value)));
        List<ClientQuotaAlteration.Op> ops = new ArrayList<>();
        bounds.forEach((key, bound) -> ops.add(new ClientQuotaAlteration.Op(key, bound)));
        try (Admin admin = client.admin()) {
            QuotaOptions.alter(admin, entity, ops, dryRun);
        }
        Output.print(
                spec.commandLine().getOut(), QuotaOptions.rows(Map.of(entity, bounds), json), json);
        return ExitCode.OK;
    }

    private static double bound(String key, String value) {
        try {
            return key.endsWith(BYTES) ? Sizes.parse(value) : Double.parseDouble(value);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(key + ": " + e.getMessage());
        }
    }
}
