package io.quafka.controller.codec;

import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.MetadataRecord.AclsChanged;
import io.quafka.controller.model.MetadataRecord.BudgetsPublished;
import io.quafka.controller.model.MetadataRecord.ClusterConfigsChanged;
import io.quafka.controller.model.MetadataRecord.ClusterFormed;
import io.quafka.controller.model.MetadataRecord.GroupConfigsChanged;
import io.quafka.controller.model.MetadataRecord.IdsReserved;
import io.quafka.controller.model.MetadataRecord.NodeFenced;
import io.quafka.controller.model.MetadataRecord.NodeRegistered;
import io.quafka.controller.model.MetadataRecord.NodeRemoved;
import io.quafka.controller.model.MetadataRecord.PartitionsAdded;
import io.quafka.controller.model.MetadataRecord.ProducerIdsAllocated;
import io.quafka.controller.model.MetadataRecord.QuotasChanged;
import io.quafka.controller.model.MetadataRecord.ScramChanged;
import io.quafka.controller.model.MetadataRecord.ShardChanged;
import io.quafka.controller.model.MetadataRecord.ShardCreated;
import io.quafka.controller.model.MetadataRecord.ShardRemoved;
import io.quafka.controller.model.MetadataRecord.TopicConfigsChanged;
import io.quafka.controller.model.MetadataRecord.TopicCreated;
import io.quafka.controller.model.MetadataRecord.TopicDeleted;
import io.quafka.controller.model.RetentionBudgets;
import java.nio.ByteBuffer;
import java.util.List;

/// Lists of records as bytes: what a follower is sent and what a snapshot holds.
///
/// ```
/// records = u8 version (1), list of record
/// record  = u8 kind, fields:
///   1 ClusterFormed          string clusterId
///   2 NodeRegistered         node without draining; not written any more
///   3 NodeRemoved            uvar nodeId
///   4 NodeFenced             uvar nodeId, bool fenced
///   5 ShardCreated           shard without revision; not written any more
///   6 ShardChanged           shard without revision; not written any more
///   7 TopicCreated           uuid id, string name, partitions, svar replicationFactor, map configs, bool internal
///   8 PartitionsAdded        uuid topicId, partitions
///   9 TopicDeleted           uuid topicId
///  10 TopicConfigsChanged    uuid topicId, map configs
///  11 ClusterConfigsChanged  map configs
///  12 ProducerIdsAllocated   uvar nextProducerId
///  13 IdsReserved            uvar nextNodeId, uvar nextShardId
///  14 GroupConfigsChanged    string groupId, map configs
///  20 BudgetsPublished       uvar version, node budgets
///  21 ShardCreated           shard without a change of replicas; not written any more
///  22 ShardChanged           shard without a change of replicas; not written any more
///  23 NodeRegistered         node
///  24 ShardCreated           shard
///  25 ShardChanged           shard
///  26 ShardRemoved           uvar shardId
///  30 ScramChanged           scram name, nullable scram secret
///  31 AclsChanged            list of acl added, list of acl removed
///  32 QuotasChanged          quota entity, list of (string key, f64), sorted by key
/// ```
///
/// Primitives: [BinaryWriter]; model types: [Fields]. A kind number is never used again for
/// something else.
public final class RecordCodec {
    static final int VERSION = 1;

    private RecordCodec() {}

    public static byte[] encode(List<MetadataRecord> records) {
        BinaryWriter out = new BinaryWriter(64 * (1 + records.size()));
        writeAll(out, records);
        return out.toBytes();
    }

    static void writeAll(BinaryWriter out, List<MetadataRecord> records) {
        out.u8(VERSION).list(records, RecordCodec::write);
    }

    /// @throws MetadataFormatException for bytes that are damaged or of another version
    public static List<MetadataRecord> decode(ByteBuffer bytes) {
        BinaryReader in = new BinaryReader(bytes, "a list of metadata records");
        List<MetadataRecord> records = readAll(in);
        in.end();
        return records;
    }

    static List<MetadataRecord> readAll(BinaryReader in) {
        in.version(VERSION);
        return in.list(2, RecordCodec::read);
    }

    private static void write(BinaryWriter out, MetadataRecord record) {
        switch (record) {
            case ClusterFormed(String clusterId) -> out.u8(1).string(clusterId);
            case NodeRegistered r -> Fields.node(out.u8(23), r.node());
            case NodeRemoved r -> out.u8(3).uvar(r.nodeId());
            case NodeFenced r -> out.u8(4).uvar(r.nodeId()).bool(r.fenced());
            case ShardCreated r -> Fields.shard(out.u8(24), r.shard());
            case ShardChanged r -> Fields.shard(out.u8(25), r.shard());
            case ShardRemoved r -> out.u8(26).uvar(r.shardId());
            case TopicCreated r -> {
                out.u8(7).uuid(r.id()).string(r.name());
                Fields.partitions(out, r.partitions());
                out.svar(r.replicationFactor()).map(r.configs()).bool(r.internal());
            }
            case PartitionsAdded r -> Fields.partitions(out.u8(8).uuid(r.topicId()), r.added());
            case TopicDeleted r -> out.u8(9).uuid(r.topicId());
            case TopicConfigsChanged r -> out.u8(10).uuid(r.topicId()).map(r.configs());
            case ClusterConfigsChanged r -> out.u8(11).map(r.configs());
            case ProducerIdsAllocated r -> out.u8(12).uvar(r.nextProducerId());
            case GroupConfigsChanged r -> out.u8(14).string(r.groupId()).map(r.configs());
            case BudgetsPublished r ->
                    Fields.budgets(out.u8(20).uvar(r.budgets().version()), r.budgets().nodes());
            case ScramChanged r -> {
                SecurityFields.name(out.u8(30), r.name());
                out.nullable(r.secret(), SecurityFields::secret);
            }
            case AclsChanged r ->
                    out.u8(31)
                            .list(r.added(), SecurityFields::acl)
                            .list(r.removed(), SecurityFields::acl);
            case QuotasChanged r -> {
                QuotaFields.entity(out.u8(32), r.entity());
                QuotaFields.quotas(out, r.quotas());
            }
            case IdsReserved r -> out.u8(13).uvar(r.nextNodeId()).uvar(r.nextShardId());
        }
    }

    private static MetadataRecord read(BinaryReader in) {
        int kind = in.u8();
        return switch (kind) {
            case 1 -> new ClusterFormed(in.string());
            case 2 -> new NodeRegistered(Fields.firstNode(in));
            case 3 -> new NodeRemoved(in.uvarInt());
            case 4 -> new NodeFenced(in.uvarInt(), in.bool());
            case 5 -> new ShardCreated(Fields.firstShard(in));
            case 6 -> new ShardChanged(Fields.firstShard(in));
            case 7 ->
                    new TopicCreated(
                            in.uuid(),
                            in.string(),
                            Fields.partitions(in),
                            in.svarInt(),
                            in.map(),
                            in.bool());
            case 8 -> new PartitionsAdded(in.uuid(), Fields.partitions(in));
            case 9 -> new TopicDeleted(in.uuid());
            case 10 -> new TopicConfigsChanged(in.uuid(), in.map());
            case 11 -> new ClusterConfigsChanged(in.map());
            case 12 -> new ProducerIdsAllocated(in.uvar());
            case 13 -> new IdsReserved(in.uvarInt(), in.uvarInt());
            case 14 -> new GroupConfigsChanged(in.string(), in.map());
            case 20 -> new BudgetsPublished(new RetentionBudgets(in.uvar(), Fields.budgets(in)));
            case 21 -> new ShardCreated(Fields.stayingShard(in));
            case 22 -> new ShardChanged(Fields.stayingShard(in));
            case 23 -> new NodeRegistered(Fields.node(in));
            case 24 -> new ShardCreated(Fields.shard(in));
            case 25 -> new ShardChanged(Fields.shard(in));
            case 26 -> new ShardRemoved(in.uvarInt());
            case 30 ->
                    new ScramChanged(SecurityFields.name(in), in.nullable(SecurityFields::secret));
            case 31 ->
                    new AclsChanged(
                            in.list(7, SecurityFields::acl), in.list(7, SecurityFields::acl));
            case 32 -> new QuotasChanged(QuotaFields.entity(in), QuotaFields.quotas(in));
            default -> throw in.bad("an unknown kind of record: " + kind);
        };
    }
}
