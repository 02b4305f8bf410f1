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
                    "64MiB",
                    "Size at which a segment of a shard's commit log is sealed and the next one begun.");

    public static final ConfigKey<Long> MEMORY_BUFFERS_BYTES =
            new ConfigKey<>(
                    "memory.buffers.bytes",
                    ValueType.bytes(32 * MIB, TIB),
                    "256MiB",
                    "Most memory outside the heap for requests being read and answers being sent, of all connections together.");

    public static final ConfigKey<Address> CONTROLLER_LISTEN =
            new ConfigKey<>(
                    "controller.listen",
                    ValueType.ADDRESS,
                    "127.0.0.1:9190",
                    "Where a controller process serves the other members and processes; not used by 'quafka broker'.");

    public static final ConfigKey<List<Address>> CONTROLLER_MEMBERS =
            new ConfigKey<>(
                    "controller.members",
                    ValueType.listOf(ValueType.ADDRESS),
                    "127.0.0.1:9190",
                    "The addresses of the controller's members, the same list in every process; not used by 'quafka broker'.");

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
                    "Partitions of a topic that is created without saying how many.");

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
                    AUTO_CREATE_TOPICS,
                    NUM_PARTITIONS,
                    STORAGE_LISTEN,
                    STORAGE_ADVERTISED,
                    STORAGE_SHARDS,
                    STORAGE_FSYNC,
                    STORAGE_SEGMENT_BYTES,
                    CONTROLLER_LISTEN,
                    CONTROLLER_MEMBERS,
                    CONTROLLER_TIMEOUT,
                    MEMORY_BUFFERS_BYTES,
                    SHUTDOWN_DRAIN);

    private ConfigKeys() {}
}
