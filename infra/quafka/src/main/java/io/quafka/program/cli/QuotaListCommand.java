package io.quafka.program.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `quafka quota list`.
@Command(name = "list", header = "List quotas: all, or those of a user, a client id or an address.")
final class QuotaListCommand implements Callable<Integer> {
    @Mixin private ClientOptions client = new ClientOptions();

    @Mixin private QuotaOptions options = new QuotaOptions();

    @Option(names = "--json", description = "Print for machines.")
    private boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Map<ClientQuotaEntity, Map<String, Double>> quotas;
        try (Admin admin = client.admin()) {
            quotas = admin.describeClientQuotas(options.filter()).entities().get();
        }
        Output.print(spec.commandLine().getOut(), QuotaOptions.rows(quotas, json), json);
        return ExitCode.OK;
    }
}
