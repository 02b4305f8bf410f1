package io.quafka.controller.codec;

import io.quafka.controller.retention.DiskReport;
import io.quafka.controller.retention.DiskReport.TopicUse;
import io.quafka.controller.retention.NodeMeasure;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/// What nodes report of their disks, as bytes: soft state, never in the log.
///
/// ```
/// report   = u8 version (2), disk, list of use
/// measures = u8 version (2), list of (uvar node id, disk, list of use)
/// disk     = svar volume bytes, svar free, svar used, svar reserve, svar aside
/// use      = uuid topic, svar bytes, svar bytes per second
/// ```
public final class MeasureCodec {
    private static final int VERSION = 2;
    private static final int USE_BYTES_MIN = 18;

    private MeasureCodec() {}

    public static byte[] encode(DiskReport report) {
        BinaryWriter out = new BinaryWriter(64 + 32 * report.topics().size()).u8(VERSION);
        out.svar(report.volumeBytes())
                .svar(report.freeBytes())
                .svar(report.usedBytes())
                .svar(report.reserveBytes())
                .svar(report.asideBytes())
                .list(report.topics(), MeasureCodec::use);
        return out.toBytes();
    }

    /// @throws MetadataFormatException for bytes that are no report of this version
    public static DiskReport decodeReport(ByteBuffer bytes) {
        BinaryReader in = new BinaryReader(bytes, "a node's report");
        in.version(VERSION);
        DiskReport report =
                new DiskReport(
                        in.svar(),
                        in.svar(),
                        in.svar(),
                        in.svar(),
                        in.svar(),
                        in.list(USE_BYTES_MIN, MeasureCodec::use));
        in.end();
        return report;
    }

    public static byte[] encode(Map<Integer, NodeMeasure> measures) {
        BinaryWriter out = new BinaryWriter(1024).u8(VERSION);
        out.list(
                measures.entrySet(),
                (w, e) ->
                        w.uvar(e.getKey())
                                .svar(e.getValue().volumeBytes())
                                .svar(e.getValue().freeBytes())
                                .svar(e.getValue().usedBytes())
                                .svar(e.getValue().reserveBytes())
                                .svar(e.getValue().asideBytes())
                                .list(e.getValue().topics().values(), MeasureCodec::use));
        return out.toBytes();
    }

    /// @throws MetadataFormatException for bytes that are damaged or of another version
    public static Map<Integer, NodeMeasure> decodeMeasures(ByteBuffer bytes) {
        BinaryReader in = new BinaryReader(bytes, "nodes' measures");
        in.version(VERSION);
        Map<Integer, NodeMeasure> measures = new HashMap<>();
        for (int left = in.count(7); left > 0; left--) {
            measures.put(
                    in.uvarInt(),
                    new NodeMeasure(
                            in.svar(), in.svar(), in.svar(), in.svar(), in.svar(), uses(in)));
        }
        in.end();
        return measures;
    }

    private static Map<Uuid, TopicUse> uses(BinaryReader in) {
        List<TopicUse> uses = in.list(USE_BYTES_MIN, MeasureCodec::use);
        Map<Uuid, TopicUse> byTopic = HashMap.newHashMap(uses.size());
        uses.forEach(use -> byTopic.put(use.topicId(), use));
        return byTopic;
    }

    private static void use(BinaryWriter out, TopicUse use) {
        out.uuid(use.topicId()).svar(use.bytes()).svar(use.bytesPerSecond());
    }

    private static TopicUse use(BinaryReader in) {
        return new TopicUse(in.uuid(), in.svar(), in.svar());
    }
}
