package io.quafka.controller.logic;

import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command.DrainNode;
import io.quafka.controller.model.Command.RemoveNode;
import io.quafka.controller.model.Command.ShardMove;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.NodeRegistered;
import io.quafka.controller.model.MetadataRecord.NodeRemoved;
import io.quafka.controller.model.MetadataRecord.ShardRemoved;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.Outcome;
import io.quafka.controller.model.ShardState;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/// Nodes that are to go: emptied first, then forgotten.
final class Draining {
    private Draining() {}

    static Decision decide(ClusterImage image, DrainNode command) {
        try {
            Node node = node(image, command.nodeId());
            if (!node.plays(NodeRole.STORAGE)) {
                throw new Refusal(
                        Errors.INVALID_REQUEST,
                        "node %d stores nothing: stop it, that is all".formatted(node.id()));
            }
            return done(image, command.draining() ? drain(image, node) : stay(image, node));
        } catch (Refusal e) {
            return refused(image, e);
        }
    }

    static Decision remove(ClusterImage image, RemoveNode command) {
        try {
            return done(image, remove(image, node(image, command.nodeId())));
        } catch (Refusal e) {
            return refused(image, e);
        }
    }

    private static List<MetadataRecord> drain(ClusterImage image, Node node) throws Refusal {
        List<MetadataRecord> records = new ArrayList<>();
        if (!node.draining()) {
            records.add(new NodeRegistered(node.withDraining(true)));
        }
        for (ShardMove move : MovePlan.drain(image, node.id())) {
            records.addAll(ReplicaMoves.change(image, move));
        }
        return records;
    }

    private static List<MetadataRecord> stay(ClusterImage image, Node node) throws Refusal {
        List<MetadataRecord> records = new ArrayList<>();
        if (node.draining()) {
            records.add(new NodeRegistered(node.withDraining(false)));
        }
        for (ShardState shard : image.shards().values()) {
            if (shard.removing().contains(node.id())) {
                records.addAll(ReplicaMoves.change(image, new ShardMove(shard.id(), null)));
            }
        }
        return records;
    }

    private static List<MetadataRecord> remove(ClusterImage image, Node node) throws Refusal {
        if (!node.fenced()) {
            throw new Refusal(
                    Errors.INVALID_REQUEST, "node %d is alive: stop it first".formatted(node.id()));
        }
        List<MetadataRecord> records = new ArrayList<>();
        for (ShardState shard : image.shards().values()) {
            if (!shard.replicas().contains(node.id())) {
                continue;
            }
            int partitions = image.indexes().partitionsOn(shard.id());
            if (partitions > 0) {
                throw new Refusal(
                        Errors.INVALID_REQUEST,
                        "node %d still carries shard %d with %d partitions: drain it first"
                                .formatted(node.id(), shard.id(), partitions));
            }
            records.add(new ShardRemoved(shard.id()));
        }
        records.add(new NodeRemoved(node.id()));
        return records;
    }

    private static Node node(ClusterImage image, int id) throws Refusal {
        Node node = image.node(id);
        if (node == null) {
            throw new Refusal(Errors.BROKER_ID_NOT_REGISTERED, "there is no node " + id);
        }
        return node;
    }

    private static Decision done(ClusterImage image, List<MetadataRecord> records) {
        return new Decision(
                records,
                new Reply.Outcomes(Decision.versionAfter(image, records), List.of(Outcome.OK)));
    }

    private static Decision refused(ClusterImage image, Refusal why) {
        return new Decision(
                List.of(),
                new Reply.Outcomes(
                        image.version(), List.of(new Outcome(why.error(), why.getMessage()))));
    }
}
