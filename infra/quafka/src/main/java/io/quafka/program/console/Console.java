package io.quafka.program.console;

import io.quafka.wire.HttpEndpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// All that the console is made of, to be served beside Kafka on a gateway's port.
public final class Console {
    private Console() {}

    /// @param guard who may see it
    /// @param controlled what is told of the controller's decisions: how disks are shared, where
    ///   shards lie, and what would change that
    /// @param gateway what is told of this process as it was started
    public static List<HttpEndpoint> endpoints(
            ConsoleGuard guard,
            ClusterCalls cluster,
            NodeFigures figures,
            List<HttpEndpoint> controlled,
            Map<String, ?> gateway) {
        Offsets offsets = new Offsets(cluster);
        List<HttpEndpoint> all = new ArrayList<>(ConsoleFiles.endpoints());
        all.add(new ClusterResource(cluster, figures, gateway).endpoint());
        all.add(new TopicsResource(cluster).endpoint());
        all.add(new PartitionsResource(cluster, offsets).endpoint());
        all.add(new RecordsResource(cluster, offsets).endpoint());
        all.add(new GroupsResource(cluster, offsets).endpoint());
        all.addAll(controlled);
        return guard.guard(all);
    }
}
