package io.quafka.controller.codec;

import io.quafka.controller.model.Command;
import io.quafka.controller.model.Command.AllocateProducerIds;
import io.quafka.controller.model.Command.AlterConfigs;
import io.quafka.controller.model.Command.AlterInSync;
import io.quafka.controller.model.Command.AlterQuotas;
import io.quafka.controller.model.Command.AlterScram;
import io.quafka.controller.model.Command.ConfigChange;
import io.quafka.controller.model.Command.ConfigOp;
import io.quafka.controller.model.Command.CreateAcls;
import io.quafka.controller.model.Command.CreatePartitions;
import io.quafka.controller.model.Command.CreateTopics;
import io.quafka.controller.model.Command.DeleteAcls;
import io.quafka.controller.model.Command.DeleteTopics;
import io.quafka.controller.model.Command.DrainNode;
import io.quafka.controller.model.Command.ElectLeaders;
import io.quafka.controller.model.Command.FenceNode;
import io.quafka.controller.model.Command.FormCluster;
import io.quafka.controller.model.Command.MorePartitions;
import io.quafka.controller.model.Command.MoveShards;
import io.quafka.controller.model.Command.NewTopic;
import io.quafka.controller.model.Command.PublishBudgets;
import io.quafka.controller.model.Command.QuotaChange;
import io.quafka.controller.model.Command.RegisterNode;
import io.quafka.controller.model.Command.RemoveNode;
import io.quafka.controller.model.Command.RestoreCluster;
import io.quafka.controller.model.Command.ScramChange;
import io.quafka.controller.model.Command.ShardMove;
import io.quafka.controller.model.Command.TopicRef;
import io.quafka.controller.model.Command.UnregisterNode;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;

/// Proposals as bytes: what a member appends to the log.
///
/// ```
/// proposal = u8 version (1), uuid entropy, u8 kind, fields:
///   1 RegisterNode         uuid incarnation, roles, nullable endpoint kafka, nullable endpoint storage,
///                          nullable string rack, uvar shards
///   2 UnregisterNode       uvar nodeId
///   3 FenceNode            uvar nodeId, bool fenced
///   4 CreateTopics         list of newTopic, bool validateOnly
///   5 DeleteTopics         list of (nullable string name, uuid id)
///   6 CreatePartitions     list of (string topic, svar totalCount, list of list of svar), bool validateOnly
///   7 AlterConfigs         list of (resource, list of (string name, u8 op, nullable string value)),
///                          bool replaceAll, bool validateOnly
///   8 AllocateProducerIds  svar count
///   9 FormCluster          string clusterId; without settings, not written any more
///  10 RestoreCluster       records, see RecordCodec
///  11 FormCluster          string clusterId, map settings
///  20 PublishBudgets       uvar basis, node budgets
///  21 AlterInSync          uvar shardId, svar leader, uvar epoch, uvar revision, list of svar node
///  22 MoveShards           list of (uvar shardId, nullable list of svar node)
///  23 ElectLeaders         list of svar shardId
///  24 DrainNode            svar nodeId, bool draining
///  25 RemoveNode           svar nodeId
///  30 AlterScram           list of (scram name, nullable scram secret)
///  31 CreateAcls           list of acl
///  32 DeleteAcls           list of acl filter
///  33 AlterQuotas          list of (quota entity, list of (string key, nullable f64)), bool validateOnly
/// newTopic = string name, svar partitions, svar replicationFactor,
///            list of (svar partition, list of svar node), map configs, bool internal
/// resource = svar Kafka resource type, string name
/// op       = 0 SET, 1 DELETE, 2 APPEND, 3 SUBTRACT
/// ```
///
/// The version also stands for the rules by which the command is decided: members decide what they
/// read, so a release that would decide differently writes another version, and one that does not
/// know it refuses to go on.
public final class CommandCodec {
    static final int VERSION = 1;

    private CommandCodec() {}

    /// A command as it stands in the log.
    ///
    /// @param entropy random, drawn by the member that proposed it: ids are drawn from it, so that
    ///   all members draw the same
    public record Proposal(Command<?> command, Uuid entropy) {}

    public static byte[] encode(Proposal proposal) {
        BinaryWriter out = new BinaryWriter(256);
        write(out.u8(VERSION).uuid(proposal.entropy()), proposal.command());
        return out.toBytes();
    }

    /// @throws MetadataFormatException for bytes that are damaged or of another version
    public static Proposal decode(ByteBuffer bytes) {
        BinaryReader in = new BinaryReader(bytes, "a command");
        in.version(VERSION);
        Uuid entropy = in.uuid();
        Command<?> command = read(in);
        in.end();
        return new Proposal(command, entropy);
    }

    private static void write(BinaryWriter out, Command<?> command) {
        switch (command) {
            case RegisterNode c -> {
                Fields.roles(out.u8(1).uuid(c.incarnation()), c.roles());
                out.nullable(c.kafka(), Fields::endpoint)
                        .nullable(c.storage(), Fields::endpoint)
                        .nullable(c.rack(), BinaryWriter::string)
                        .svar(c.shards());
            }
            case UnregisterNode c -> out.u8(2).svar(c.nodeId());
            case FenceNode c -> out.u8(3).svar(c.nodeId()).bool(c.fenced());
            case CreateTopics c ->
                    out.u8(4).list(c.topics(), CommandCodec::newTopic).bool(c.validateOnly());
            case DeleteTopics c ->
                    out.u8(5)
                            .list(
                                    c.topics(),
                                    (w, t) ->
                                            w.nullable(t.name(), BinaryWriter::string)
                                                    .uuid(t.id()));
            case CreatePartitions c ->
                    out.u8(6)
                            .list(
                                    c.topics(),
                                    (w, t) ->
                                            w.string(t.topic())
                                                    .svar(t.totalCount())
                                                    .list(t.assignments(), Fields::ids))
                            .bool(c.validateOnly());
            case AlterConfigs c ->
                    out.u8(7)
                            .list(
                                    c.changes().entrySet(),
                                    (w, e) ->
                                            resource(w, e.getKey())
                                                    .list(e.getValue(), CommandCodec::change))
                            .bool(c.replaceAll())
                            .bool(c.validateOnly());
            case AllocateProducerIds c -> out.u8(8).svar(c.count());
            case PublishBudgets c -> Fields.budgets(out.u8(20).uvar(c.basis()), c.nodes());
            case AlterInSync c ->
                    Fields.ids(
                            out.u8(21)
                                    .uvar(c.shardId())
                                    .svar(c.leader())
                                    .uvar(c.epoch())
                                    .uvar(c.revision()),
                            c.inSync());
            case MoveShards c ->
                    out.u8(22)
                            .list(
                                    c.moves(),
                                    (w, move) ->
                                            w.uvar(move.shardId())
                                                    .nullable(move.replicas(), Fields::ids));
            case ElectLeaders c -> Fields.ids(out.u8(23), c.shardIds());
            case DrainNode c -> out.u8(24).svar(c.nodeId()).bool(c.draining());
            case RemoveNode c -> out.u8(25).svar(c.nodeId());
            case AlterScram c ->
                    out.u8(30)
                            .list(
                                    c.changes(),
                                    (w, change) -> {
                                        SecurityFields.name(w, change.name());
                                        w.nullable(change.secret(), SecurityFields::secret);
                                    });
            case CreateAcls c -> out.u8(31).list(c.acls(), SecurityFields::acl);
            case DeleteAcls c -> out.u8(32).list(c.filters(), SecurityFields::filter);
            case AlterQuotas c ->
                    out.u8(33)
                            .list(
                                    c.changes(),
                                    (w, change) -> {
                                        QuotaFields.entity(w, change.entity());
                                        w.list(change.ops(), QuotaFields::op);
                                    })
                            .bool(c.validateOnly());
            case FormCluster c -> out.u8(11).string(c.clusterId()).map(c.settings());
            case RestoreCluster c -> RecordCodec.writeAll(out.u8(10), c.records());
        }
    }

    private static Command<?> read(BinaryReader in) {
        int kind = in.u8();
        return switch (kind) {
            case 1 ->
                    new RegisterNode(
                            in.uuid(),
                            Fields.roles(in),
                            in.nullable(Fields::endpoint),
                            in.nullable(Fields::endpoint),
                            in.nullable(BinaryReader::string),
                            in.svarInt());
            case 2 -> new UnregisterNode(in.svarInt());
            case 3 -> new FenceNode(in.svarInt(), in.bool());
            case 4 -> new CreateTopics(in.list(6, CommandCodec::newTopic), in.bool());
            case 5 ->
                    new DeleteTopics(
                            in.list(
                                    17,
                                    r -> new TopicRef(r.nullable(BinaryReader::string), r.uuid())));
            case 6 ->
                    new CreatePartitions(
                            in.list(
                                    3,
                                    r ->
                                            new MorePartitions(
                                                    r.string(),
                                                    r.svarInt(),
                                                    r.list(1, Fields::ids))),
                            in.bool());
            case 7 -> new AlterConfigs(changes(in), in.bool(), in.bool());
            case 8 -> new AllocateProducerIds(in.svarInt());
            case 9 -> new FormCluster(in.string(), Map.of());
            case 10 -> new RestoreCluster(RecordCodec.readAll(in));
            case 11 -> new FormCluster(in.string(), in.map());
            case 20 -> new PublishBudgets(in.uvar(), Fields.budgets(in));
            case 21 ->
                    new AlterInSync(
                            in.uvarInt(), in.svarInt(), in.uvarInt(), in.uvarInt(), Fields.ids(in));
            case 22 ->
                    new MoveShards(
                            in.list(2, r -> new ShardMove(r.uvarInt(), r.nullable(Fields::ids))));
            case 23 -> new ElectLeaders(Fields.ids(in));
            case 24 -> new DrainNode(in.svarInt(), in.bool());
            case 25 -> new RemoveNode(in.svarInt());
            case 30 ->
                    new AlterScram(
                            in.list(
                                    3,
                                    r ->
                                            new ScramChange(
                                                    SecurityFields.name(r),
                                                    r.nullable(SecurityFields::secret))));
            case 31 -> new CreateAcls(in.list(7, SecurityFields::acl));
            case 32 -> new DeleteAcls(in.list(7, SecurityFields::filter));
            case 33 ->
                    new AlterQuotas(
                            in.list(
                                    2,
                                    r ->
                                            new QuotaChange(
                                                    QuotaFields.entity(r),
                                                    r.list(2, QuotaFields::op))),
                            in.bool());
            default -> throw in.bad("an unknown kind of command: " + kind);
        };
    }

    private static void newTopic(BinaryWriter out, NewTopic topic) {
        out.string(topic.name())
                .svar(topic.partitions())
                .svar(topic.replicationFactor())
                .list(
                        topic.assignments().entrySet(),
                        (w, e) -> Fields.ids(w.svar(e.getKey()), e.getValue()))
                .map(topic.configs())
                .bool(topic.internal());
    }

    private static NewTopic newTopic(BinaryReader in) {
        return new NewTopic(
                in.string(), in.svarInt(), in.svarInt(), assignments(in), in.map(), in.bool());
    }

    private static Map<Integer, List<Integer>> assignments(BinaryReader in) {
        int count = in.count(2);
        Map<Integer, List<Integer>> assignments = LinkedHashMap.newLinkedHashMap(count);
        for (int i = 0; i < count; i++) {
            assignments.put(in.svarInt(), Fields.ids(in));
        }
        return assignments;
    }

    static BinaryWriter resource(BinaryWriter out, ConfigResource resource) {
        return out.svar(resource.type().id()).string(resource.name());
    }

    static ConfigResource resource(BinaryReader in) {
        return new ConfigResource(ConfigResource.Type.forId((byte) in.svarInt()), in.string());
    }

    private static void change(BinaryWriter out, ConfigChange change) {
        out.string(change.name())
                .u8(change.op().ordinal())
                .nullable(change.value(), BinaryWriter::string);
    }

    private static Map<ConfigResource, List<ConfigChange>> changes(BinaryReader in) {
        int count = in.count(3);
        Map<ConfigResource, List<ConfigChange>> changes = LinkedHashMap.newLinkedHashMap(count);
        for (int i = 0; i < count; i++) {
            changes.put(
                    resource(in),
                    in.list(
                            3,
                            r ->
                                    new ConfigChange(
                                            r.string(),
                                            r.constant(ConfigOp.values()),
                                            r.nullable(BinaryReader::string))));
        }
        return changes;
    }
}
