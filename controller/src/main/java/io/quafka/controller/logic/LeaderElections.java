package io.quafka.controller.logic;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.ElectLeaders;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.ShardChanged;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.Outcome;
import io.quafka.controller.model.ShardState;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/// Has shards led by their preferred leaders, as Kafka's preferred elections do (KIP-183). Who is
/// not in sync never leads.
final class LeaderElections {
    private LeaderElections() {}

    static Decision decide(ClusterImage image, ElectLeaders command) {
        List<MetadataRecord> records = new ArrayList<>();
        List<Outcome> outcomes = new ArrayList<>();
        for (int id : command.shardIds().stream().distinct().toList()) {
            ShardState shard = image.shard(id);
            if (shard != null && outcome(image, shard).equals(Outcome.OK)) {
                records.add(new ShardChanged(shard.led(shard.target().getFirst(), shard.inSync())));
            }
        }
        for (int id : command.shardIds()) {
            ShardState shard = image.shard(id);
            outcomes.add(
                    shard == null
                            ? new Outcome(
                                    Errors.UNKNOWN_TOPIC_OR_PARTITION, "there is no shard " + id)
                            : outcome(image, shard));
        }
        return new Decision(
                records, new Reply.Outcomes(Decision.versionAfter(image, records), outcomes));
    }

    /// What would come of it now.
    static Outcome outcome(ClusterImage image, ShardState shard) {
        int preferred = shard.target().getFirst();
        if (shard.leader() == preferred) {
            return new Outcome(Errors.ELECTION_NOT_NEEDED, "node " + preferred + " leads already");
        }
        if (!NodeDecisions.isLive(image, preferred) || !shard.inSync().contains(preferred)) {
            return new Outcome(
                    Errors.PREFERRED_LEADER_NOT_AVAILABLE,
                    "node " + preferred + " is not alive, or not in sync");
        }
        return Outcome.OK;
    }
}
