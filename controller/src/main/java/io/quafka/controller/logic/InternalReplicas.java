package io.quafka.controller.logic;

import io.quafka.controller.config.ClusterConfigs;
import io.quafka.controller.model.ClusterImage;

/// How many replicas the topics are made with that Quafka keeps for its own use.
public final class InternalReplicas {
    private InternalReplicas() {}

    /// As many as the cluster's setting wants, but no more than topics may have, and than there are
    /// live storage nodes that are to stay; 1 where there are none.
    public static int factor(ClusterImage image) {
        ShardGroups groups = new ShardGroups(image);
        int wanted = ClusterConfigs.internalReplicationFactor(image);
        int most = Math.min(wanted, groups.replicationFactorMax());
        return Math.clamp(groups.live().size(), 1, most);
    }
}
