package io.quafka.program.roles;

import io.quafka.controller.Controller;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.program.config.TieringStore;
import io.quafka.program.console.ClusterCalls;
import io.quafka.program.console.Console;
import io.quafka.program.console.ConsoleGuard;
import io.quafka.program.console.NodeFigures;
import io.quafka.wire.HttpEndpoint;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// The console and its API as a gateway was configured to serve them.
final class ConsoleResources {
    private ConsoleResources() {}

    static List<HttpEndpoint> of(
            Configuration configuration,
            ClusterCalls cluster,
            NodeFigures figures,
            Controller controller,
            ClientSecurity security) {
        ConsoleGuard guard =
                new ConsoleGuard(
                        configuration.get(ConfigKeys.GATEWAY_CONSOLE_ENABLED),
                        configuration.get(ConfigKeys.GATEWAY_LISTEN).host(),
                        security.authenticates());
        TieringStore store = configuration.get(ConfigKeys.TIERING_STORE);
        Map<String, String> gateway = new LinkedHashMap<>();
        gateway.put("listen", configuration.text(ConfigKeys.GATEWAY_LISTEN));
        gateway.put("objectStore", store.name().toLowerCase(Locale.ROOT));
        List<HttpEndpoint> controlled =
                new ArrayList<>(new RetentionResource(controller).endpoints());
        controlled.addAll(new MovesResource(controller).endpoints());
        return Console.endpoints(guard, cluster, figures, controlled, gateway);
    }
}
