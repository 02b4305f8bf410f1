package io.quafka.program.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Every key there is. `docs/CONFIGURATION.md` is made from this class.
public final class ConfigKeys {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;
    private static final long TIB = 1L << 40;

    public static final ConfigKey<Path> NODE_DATA_DIR =
            new ConfigKey<>(
                    "node.data.dir",
                    ValueType.PATH,
                    "./data",
                    "Where this process keeps everything it keeps. One process at a time may use it.");

    public static final ConfigKey<String> NODE_RACK =
            new ConfigKey<>(
                    "node.rack",
                    ValueType.STRING,
                    "",
                    "The failure zone this process stands in; empty if it is not told.");

    public static final ConfigKey<Address> GATEWAY_LISTEN =
            new ConfigKey<>(
                    "gateway.listen",
                    ValueType.ADDRESS,
                    "127.0.0.1:9092",
                    "Where the gateway serves Kafka clients and HTTP, on one port; port 0 takes a free one. There is no"
                            + " authentication yet, so the default is for this machine only.");

    public static final ConfigKey<Optional<Address>> GATEWAY_ADVERTISED =
            new ConfigKey<>(
                    "gateway.advertised",
                    ValueType.optional(ValueType.ADDRESS),
                    "",
                    "The address that clients are told to connect to. Empty: the one listened on, or the machine's name where"
                            + " that is a wildcard.");

    public static final ConfigKey<Address> STORAGE_LISTEN =
            new ConfigKey<>(
                    "storage.listen",
                    ValueType.ADDRESS,
                    "127.0.0.1:9191",
                    "Where a storage process serves gateways; not used by 'quafka broker'.");

    public static final ConfigKey<Optional<Address>> STORAGE_ADVERTISED =
            new ConfigKey<>(
                    "storage.advertised",
                    ValueType.optional(ValueType.ADDRESS),
                    "",
                    "The address that gateways are told for this storage process. Empty: the one listened on, or the machine's"
                            + " name where that is a wildcard.");

    public static final ConfigKey<Integer> STORAGE_SHARDS =
            new ConfigKey<>(
                    "storage.shards",
                    ValueType.integer(1, 64),
                    "1",
                    "How many shards a storage process leads when it first registers. A shard is one commit log with one writer"
                            + " thread, whatever the number of its partitions.");

    public static final ConfigKey<FsyncMode> STORAGE_FSYNC =
            new ConfigKey<>(
                    "storage.fsync",
                    ValueType.oneOf(FsyncMode.class),
                    "group",
                    "'group': every acknowledged record has been through fdatasync, one for all that were waiting. 'os': the"
                            + " system writes when it likes, and a power loss takes what it had not written.");

    public static final ConfigKey<Long> STORAGE_SEGMENT_BYTES =
            new ConfigKey<>(
                    "storage.segment.bytes",
                    ValueType.bytes(MIB, 2 * GIB - MIB),
                    "128MiB",
                    "Size of a full-grown segment of a shard's commit log; the first ones are smaller, so that a small log stays"
                            + " small.");

    public static final ConfigKey<Long> STORAGE_RESERVE_BYTES =
            new ConfigKey<>(
                    "storage.reserve.bytes",
                    ValueType.bytes(0, TIB),
                    "256MiB",
                    "Free space on the disk that the commit log leaves alone; below it, produces are refused with an error that"
                            + " clients retry.");

    public static final ConfigKey<Integer> STORAGE_OPEN_SEGMENTS_MAX =
            new ConfigKey<>(
                    "storage.open.segments.max",
                    ValueType.integer(1, 100_000),
                    "64",
                    "Sealed segments of a shard whose files are held open.");

    public static final ConfigKey<Long> STORAGE_INDEX_CACHE_BYTES =
            new ConfigKey<>(
                    "storage.index.cache.bytes",
                    ValueType.bytes(MIB, TIB),
                    "48MiB",
                    "Memory for the blocks of the index that were read.");

    public static final ConfigKey<Long> STORAGE_INDEX_MEMTABLE_BYTES =
            new ConfigKey<>(
                    "storage.index.memtable.bytes",
                    ValueType.bytes(MIB, GIB),
                    "16MiB",
                    "Rows of the index gathered in memory before they are written to a file; there may be three such.");

    public static final ConfigKey<Integer> STORAGE_INDEX_OPEN_FILES_MAX =
            new ConfigKey<>(
                    "storage.index.open.files.max",
                    ValueType.integer(16, 100_000),
                    "100",
                    "Files of the index that are held open.");

    public static final ConfigKey<Long> STORAGE_READ_BUFFERS_BYTES =
            new ConfigKey<>(
                    "storage.read.buffers.bytes",
                    ValueType.bytes(8 * MIB, TIB),
                    "128MiB",
                    "Most memory outside the heap that records on their way to readers may lie in, all together.");

    public static final ConfigKey<Integer> STORAGE_READERS =
            new ConfigKey<>(
                    "storage.readers",
                    ValueType.integer(1, 1_024),
                    "4",
                    "Threads that read from the disk.");

    public static final ConfigKey<Duration> STORAGE_RETENTION_INTERVAL =
            new ConfigKey<>(
                    "storage.retention.interval",
                    ValueType.duration(Duration.ofMillis(10), Duration.ofDays(1)),
                    "30s",
                    "How often records are checked for having expired.");

    public static final ConfigKey<Duration> STORAGE_PRODUCER_EXPIRY =
            new ConfigKey<>(
                    "storage.producer.expiry",
                    ValueType.duration(Duration.ofSeconds(1), Duration.ofDays(365)),
                    "1d",
                    "An idempotent producer that sent nothing for so long is forgotten.");

    public static final ConfigKey<Long> GATEWAY_FRAME_BYTES_MAX =
            new ConfigKey<>(
                    "gateway.frame.bytes.max",
                    ValueType.bytes(MIB, 127 * MIB),
                    "100MiB",
                    "The largest request; a connection that announces a larger one is closed.");

    public static final ConfigKey<Integer> GATEWAY_CONNECTIONS_MAX =
            new ConfigKey<>(
                    "gateway.connections.max",
                    ValueType.integer(1, 10_000_000),
                    "20000",
                    "Most connections at a time; more are closed as they come.");

    public static final ConfigKey<Integer> GATEWAY_CONNECTIONS_PER_ADDRESS_MAX =
            new ConfigKey<>(
                    "gateway.connections.per.address.max",
                    ValueType.integer(1, 10_000_000),
                    "20000",
                    "Most connections at a time from one address.");

    public static final ConfigKey<Duration> GATEWAY_IDLE_TIMEOUT =
            new ConfigKey<>(
                    "gateway.idle.timeout",
                    ValueType.duration(Duration.ofSeconds(1), Duration.ofDays(1)),
                    "10m",
                    "A connection on which nothing happens for so long is closed.");

    public static final ConfigKey<Long> MEMORY_BUFFERS_BYTES =
            new ConfigKey<>(
                    "memory.buffers.bytes",
                    ValueType.bytes(32 * MIB, TIB),
                    "256MiB",
                    "Most memory outside the heap for requests being read and answers being sent, of all connections together.");

    public static final ConfigKey<Integer> CONTROLLER_MEMBER_ID =
            new ConfigKey<>(
                    "controller.member.id",
                    ValueType.integer(1, 1_000),
                    "1",
                    "Which of controller.members a controller process is; it listens on that member's address.");

    public static final ConfigKey<List<ControllerMember>> CONTROLLER_MEMBERS =
            new ConfigKey<>(
                    "controller.members",
                    ValueType.listOf(new ValueType<>("ID@HOST:PORT", ControllerMember::parse)),
                    "1@127.0.0.1:9190",
                    "The controller's members, the same list in every process; not used by 'quafka broker', whose controller"
                            + " serves itself only.");

    public static final ConfigKey<Duration> CONTROLLER_SESSION_TIMEOUT =
            new ConfigKey<>(
                    "controller.session.timeout",
                    ValueType.duration(Duration.ofSeconds(3), Duration.ofMinutes(10)),
                    "6s",
                    "A node that the controller hears nothing of for so long is fenced.");

    public static final ConfigKey<Duration> CONTROLLER_TIMEOUT =
            new ConfigKey<>(
                    "controller.timeout",
                    ValueType.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)),
                    "30s",
                    "How long a process waits for the controller to carry out a change, elections included.");

    public static final ConfigKey<Integer> NUM_PARTITIONS =
            new ConfigKey<>(
                    "num.partitions",
                    ValueType.integer(1, 100_000),
                    "1",
                    "Partitions of a topic that is created without saying how many. Where it is set, 'quafka broker' and 'quafka"
                            + " controller' make it the cluster's default as they start; Kafka's tools can change that later.");

    public static final ConfigKey<Boolean> AUTO_CREATE_TOPICS =
            new ConfigKey<>(
                    "auto.create.topics.enable",
                    ValueType.BOOLEAN,
                    "true",
                    "Whether a topic that a client asks for by name, and allows to be created, is created.");

    public static final ConfigKey<Duration> SHUTDOWN_DRAIN =
            new ConfigKey<>(
                    "shutdown.drain.max",
                    ValueType.duration(Duration.ZERO, Duration.ofMinutes(10)),
                    "10s",
                    "How long SIGTERM waits for requests in flight before their connections are closed.");

    /// In the order of the table.
    public static final List<ConfigKey<?>> ALL =
            List.of(
                    NODE_DATA_DIR,
                    NODE_RACK,
                    GATEWAY_LISTEN,
                    GATEWAY_ADVERTISED,
                    GATEWAY_FRAME_BYTES_MAX,
                    GATEWAY_CONNECTIONS_MAX,
                    GATEWAY_CONNECTIONS_PER_ADDRESS_MAX,
                    GATEWAY_IDLE_TIMEOUT,
                    AUTO_CREATE_TOPICS,
                    NUM_PARTITIONS,
                    STORAGE_LISTEN,
                    STORAGE_ADVERTISED,
                    STORAGE_SHARDS,
                    STORAGE_FSYNC,
                    STORAGE_SEGMENT_BYTES,
                    STORAGE_RESERVE_BYTES,
                    STORAGE_OPEN_SEGMENTS_MAX,
                    STORAGE_READERS,
                    STORAGE_READ_BUFFERS_BYTES,
                    STORAGE_INDEX_CACHE_BYTES,
                    STORAGE_INDEX_MEMTABLE_BYTES,
                    STORAGE_INDEX_OPEN_FILES_MAX,
                    STORAGE_RETENTION_INTERVAL,
                    STORAGE_PRODUCER_EXPIRY,
                    CONTROLLER_MEMBERS,
                    CONTROLLER_MEMBER_ID,
                    CONTROLLER_SESSION_TIMEOUT,
                    CONTROLLER_TIMEOUT,
                    MEMORY_BUFFERS_BYTES,
                    SHUTDOWN_DRAIN);

    private ConfigKeys() {}
}
