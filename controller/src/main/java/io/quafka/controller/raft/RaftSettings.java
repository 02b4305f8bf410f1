package io.quafka.controller.raft;

import io.quafka.controller.model.Endpoint;
import java.io.File;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/// Ratis' settings, each chosen for a small log of metadata that must not lose an entry.
final class RaftSettings {
    /// The largest entry that Ratis moves in one piece.
    private static final int APPEND_BYTES_MAX = 4 << 20;

    /// The largest command: Ratis acknowledges an entry near its own limit and then cannot read its
    /// log any more.
    static final int COMMAND_BYTES_MAX = APPEND_BYTES_MAX / 4;

    /// The largest answer, which is the whole image of a large cluster.
    static final int MESSAGE_BYTES_MAX = 256 << 20;

    /// Entries between snapshots; also what a restart replays at most, some milliseconds' worth.
    static final long SNAPSHOT_ENTRIES = 10_000;

    private static final int SNAPSHOTS_KEPT = 2;
    private static final int SEGMENT_BYTES = 8 << 20;
    private static final int PREALLOCATED_BYTES = 64 << 10;
    private static final int SEGMENTS_CACHED = 2;
    private static final int PENDING_COMMANDS_MAX = 4096;
    private static final int PENDING_BYTES_MAX = 32 << 20;

    /// Longer than the longest wait of a poll, with room for the way; and short enough that a
    /// leader that stops without a word is given up within the five seconds that its loss may last.
    private static final TimeDuration CLIENT_TIMEOUT = ms(3500);

    private RaftSettings() {}

    static RaftProperties server(ControllerConfig config, long snapshotEntries) {
        RaftProperties properties = new RaftProperties();
        File directory = config.directory().resolve("raft").toFile();
        RaftServerConfigKeys.setStorageDir(properties, List.of(directory));
        RaftServerConfigKeys.setRemovedGroupsDir(
                properties, config.directory().resolve("removed").toFile());
        // A process that was stopped for minutes steps down and goes on; it is no reason to shut
        // down.
        RaftServerConfigKeys.setCloseThreshold(
                properties, TimeDuration.valueOf(365, TimeUnit.DAYS));
        log(properties);
        snapshots(properties, snapshotEntries);
        elections(properties, config.members().size() == 1);
        RaftServerConfigKeys.Write.setElementLimit(properties, PENDING_COMMANDS_MAX);
        RaftServerConfigKeys.Write.setByteLimit(properties, SizeInBytes.valueOf(PENDING_BYTES_MAX));
        RaftServerConfigKeys.Read.setOption(
                properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
        RaftServerConfigKeys.Read.setLeaderLeaseEnabled(properties, true);
        rpc(properties, config);
        return properties;
    }

    static RaftProperties client() {
        RaftProperties properties = new RaftProperties();
        GrpcConfigKeys.setMessageSizeMax(properties, SizeInBytes.valueOf(MESSAGE_BYTES_MAX));
        RaftClientConfigKeys.Rpc.setRequestTimeout(properties, CLIENT_TIMEOUT);
        return properties;
    }

    private static void log(RaftProperties properties) {
        RaftServerConfigKeys.Log.Appender.setBufferByteLimit(
                properties, SizeInBytes.valueOf(APPEND_BYTES_MAX));
        RaftServerConfigKeys.Log.setWriteBufferSize(
                properties, SizeInBytes.valueOf(APPEND_BYTES_MAX + 4096));
        RaftServerConfigKeys.Log.setQueueElementLimit(properties, PENDING_COMMANDS_MAX);
        RaftServerConfigKeys.Log.setQueueByteLimit(
                properties, SizeInBytes.valueOf(PENDING_BYTES_MAX));
        RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SizeInBytes.valueOf(SEGMENT_BYTES));
        RaftServerConfigKeys.Log.setPreallocatedSize(
                properties, SizeInBytes.valueOf(PREALLOCATED_BYTES));
        RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, SEGMENTS_CACHED);
        RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
        RaftServerConfigKeys.Log.setCorruptionPolicy(
                properties, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
    }

    private static void snapshots(RaftProperties properties, long entries) {
        RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(properties, true);
        RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(properties, entries);
        RaftServerConfigKeys.Snapshot.setRetentionFileNum(properties, SNAPSHOTS_KEPT);
        RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(properties, true);
        RaftServerConfigKeys.Log.setPurgeGap(properties, 1);
    }

    /// A lone member need not wait for anyone before it elects itself. Several wait long enough
    /// that a busy machine does not make them change leaders.
    private static void elections(RaftProperties properties, boolean alone) {
        RaftServerConfigKeys.Rpc.setTimeoutMin(properties, ms(1000));
        RaftServerConfigKeys.Rpc.setTimeoutMax(properties, ms(2000));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(properties, ms(alone ? 1 : 200));
        RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(properties, ms(alone ? 2 : 600));
    }

    private static void rpc(RaftProperties properties, ControllerConfig config) {
        Endpoint listen = null;
        for (ControllerConfig.Member member : config.members()) {
            if (member.id() == config.memberId()) {
                listen = member.endpoint();
            }
        }
        if (listen == null) {
            properties.set(RaftConfigKeys.Rpc.TYPE_KEY, LocalRpcType.class.getName());
            return;
        }
        RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.GRPC);
        GrpcConfigKeys.Server.setHost(properties, listen.host());
        GrpcConfigKeys.Server.setPort(properties, listen.port());
        GrpcConfigKeys.setMessageSizeMax(properties, SizeInBytes.valueOf(MESSAGE_BYTES_MAX));
    }

    private static TimeDuration ms(int count) {
        return TimeDuration.valueOf(count, TimeUnit.MILLISECONDS);
    }
}
