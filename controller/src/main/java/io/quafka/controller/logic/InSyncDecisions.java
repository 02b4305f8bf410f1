package io.quafka.controller.logic;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.AlterInSync;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.ShardChanged;
import io.quafka.controller.model.ShardState;
import java.util.HashSet;
import java.util.List;

/// Whether a leader's wish to change its shard's in-sync set is granted: compare and set upon the
/// state's epoch and revision, so that a wish that comes late, or twice, changes nothing. The one
/// that completes a change of replicas ends that change.
final class InSyncDecisions {
    private InSyncDecisions() {}

    static List<MetadataRecord> alter(ClusterImage image, AlterInSync wish) {
        ShardState shard = image.shard(wish.shardId());
        if (shard == null
                || shard.leader() != wish.leader()
                || shard.epoch() != wish.epoch()
                || shard.revision() != wish.revision()
                || !isSound(image, shard, wish.inSync())) {
            return List.of();
        }
        List<Integer> inSync = shard.replicas().stream().filter(wish.inSync()::contains).toList();
        return List.of(new ShardChanged(ReplicaMoves.settled(image, shard.withInSync(inSync))));
    }

    private static boolean isSound(ClusterImage image, ShardState shard, List<Integer> inSync) {
        if (!inSync.contains(shard.leader())
                || new HashSet<>(inSync).size() != inSync.size()
                || !shard.replicas().containsAll(inSync)) {
            return false;
        }
        for (int id : inSync) {
            if (!NodeDecisions.isLive(image, id) && !shard.inSync().contains(id)) {
                return false;
            }
        }
        return true;
    }
}
