package io.quafka.controller.logic;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.MoveShards;
import io.quafka.controller.model.Command.ShardMove;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.ShardChanged;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.Outcome;
import io.quafka.controller.model.ShardState;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Changes of the replicas of shards, as Kafka's controllers reassign partitions (KIP-455).
///
/// 1. Who is wanted and is no replica yet becomes one, behind everybody who is one: it follows,
///    counts for nothing, and the epoch is raised so that nothing counts that it said when it was a
///    replica before.
/// 2. Once each that was added is in sync, and each other wanted one that is live, those that are
///    not wanted are no replicas any more. Where one of them led, the first wanted one that is live
///    and in sync leads, in the next epoch. So does who is the only one from then on.
///
/// So no record ever lies in fewer places than before, unless fewer are wanted. A leader that is
/// lost in between changes nothing of what is wanted.
final class ReplicaMoves {
    private ReplicaMoves() {}

    static Decision decide(ClusterImage image, MoveShards command) {
        ClusterImage current = image;
        List<MetadataRecord> records = new ArrayList<>();
        List<Outcome> outcomes = new ArrayList<>();
        for (ShardMove move : command.moves()) {
            try {
                List<MetadataRecord> changes = change(current, move);
                records.addAll(changes);
                current = ImageBuilder.apply(current, changes);
                outcomes.add(Outcome.OK);
            } catch (Refusal e) {
                outcomes.add(new Outcome(e.error(), e.getMessage()));
            }
        }
        return new Decision(
                records, new Reply.Outcomes(Decision.versionAfter(image, records), outcomes));
    }

    /// What one move changes: nothing where it asks for what is.
    static List<MetadataRecord> change(ClusterImage image, ShardMove move) throws Refusal {
        ShardState shard = image.shard(move.shardId());
        if (shard == null) {
            throw new Refusal(
                    Errors.UNKNOWN_TOPIC_OR_PARTITION, "there is no shard " + move.shardId());
        }
        ShardState next = settled(image, begun(image, shard, wanted(image, shard, move)));
        return next.equals(shard) ? List.of() : List.of(new ShardChanged(next));
    }

    private static List<Integer> wanted(ClusterImage image, ShardState shard, ShardMove move)
            throws Refusal {
        List<Integer> wanted = move.replicas();
        if (wanted == null) {
            if (!shard.isMoving()) {
                throw new Refusal(Errors.NO_REASSIGNMENT_IN_PROGRESS, null);
            }
            return shard.original();
        }
        String problem = problem(image, shard, wanted);
        if (problem != null) {
            throw new Refusal(Errors.INVALID_REPLICA_ASSIGNMENT, problem);
        }
        return wanted;
    }

    private static @Nullable String problem(
            ClusterImage image, ShardState shard, List<Integer> wanted) {
        if (wanted.isEmpty()) {
            return "The manual partition assignment includes an empty replica list.";
        }
        if (new HashSet<>(wanted).size() != wanted.size()) {
            return "The manual partition assignment includes a broker more than once: " + wanted;
        }
        int most = Math.max(new ShardGroups(image).replicationFactorMax(), shard.target().size());
        if (wanted.size() > most) {
            return "The manual partition assignment has %d replicas, and storage.replication.factor.max allows %d."
                    .formatted(wanted.size(), most);
        }
        for (int id : wanted) {
            Node node = image.node(id);
            boolean sound = node != null && node.plays(NodeRole.STORAGE);
            if (!sound || !(NodeDecisions.isLive(image, id) || shard.replicas().contains(id))) {
                return "The manual partition assignment includes broker "
                        + id
                        + ", but no such live storage node is registered.";
            }
        }
        return null;
    }

    private static ShardState begun(ClusterImage image, ShardState shard, List<Integer> wanted)
            throws Refusal {
        List<Integer> original = shard.original();
        Set<Integer> added = new HashSet<>(wanted);
        shard.replicas().forEach(added::remove);
        List<Integer> removing = without(original, wanted);
        List<Integer> merged = new ArrayList<>(wanted);
        merged.addAll(removing);
        List<Integer> inSync = merged.stream().filter(shard.inSync()::contains).toList();
        boolean lead =
                shard.leader() == ShardState.NO_LEADER
                        ? inSync.isEmpty()
                        : !merged.contains(shard.leader());
        int leader = lead ? NodeDecisions.firstLive(image, merged, inSync) : shard.leader();
        if (lead && leader == ShardState.NO_LEADER) {
            throw new Refusal(
                    Errors.INVALID_REPLICA_ASSIGNMENT,
                    "Nobody would be left who has everything that is committed.");
        }
        ShardState next =
                new ShardState(
                        shard.id(),
                        epoch(shard, merged, !added.isEmpty() || leader != shard.leader()),
                        shard.revision() + 1,
                        leader,
                        merged,
                        inSync,
                        without(wanted, original),
                        removing);
        return next.replicas().equals(shard.replicas())
                        && next.adding().equals(shard.adding())
                        && next.removing().equals(shard.removing())
                ? shard
                : next;
    }

    /// The shard after its change of replicas, if nothing is missing for that; else as it is.
    static ShardState settled(ClusterImage image, ShardState shard) {
        if (!shard.isMoving() || shard.leader() == ShardState.NO_LEADER) {
            return shard;
        }
        List<Integer> target = shard.target();
        for (int id : target) {
            boolean needed = shard.adding().contains(id) || NodeDecisions.isLive(image, id);
            if (needed && !shard.inSync().contains(id)) {
                return shard;
            }
        }
        List<Integer> inSync = target.stream().filter(shard.inSync()::contains).toList();
        int leader =
                target.contains(shard.leader())
                        ? shard.leader()
                        : NodeDecisions.firstLive(image, target, inSync);
        if (leader == ShardState.NO_LEADER) {
            return shard;
        }
        return new ShardState(
                shard.id(),
                epoch(shard, target, leader != shard.leader()),
                shard.revision() + 1,
                leader,
                target,
                inSync);
    }

    /// Who is the only replica leads in the same epoch again after a restart, which may have lost
    /// what was not on its disk yet. Others may have that from the epoch before, and come back: it
    /// must not be taken for what is written in its place.
    private static int epoch(ShardState shard, List<Integer> replicas, boolean raised) {
        boolean alone = replicas.size() == 1 && shard.isReplicated();
        return shard.epoch() + (raised || alone ? 1 : 0);
    }

    private static List<Integer> without(List<Integer> ids, List<Integer> some) {
        return ids.stream().filter(id -> !some.contains(id)).toList();
    }
}
