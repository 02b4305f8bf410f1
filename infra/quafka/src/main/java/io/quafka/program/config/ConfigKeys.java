package io.quafka.program.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

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
                    "The failure zone this process stands in; empty if it is not told. Clients that"
                            + " name the same one reach gateways there: consumers by client.rack,"
                            + " others by zone=NAME in their client.id.");

    public static final ConfigKey<Address> GATEWAY_LISTEN =
            new ConfigKey<>(
                    "gateway.listen",
                    ValueType.ADDRESS,
                    "127.0.0.1:9092",
                    "Where the gateway serves Kafka clients and HTTP, on one port; port 0 takes a free one. Clients are"
                            + " neither authenticated nor encrypted unless sasl.mechanisms and gateway.tls.* say so, so the"
                            + " default is for this machine only.");

    public static final ConfigKey<Optional<Address>> GATEWAY_ADVERTISED =
            new ConfigKey<>(
                    "gateway.advertised",
                    ValueType.optional(ValueType.ADDRESS),
                    "",
                    "The address that clients are told to connect to. Empty: the one listened on, or the machine's name where"
                            + " that is a wildcard.");

    public static final ConfigKey<Boolean> GATEWAY_ONE_ADDRESS =
            new ConfigKey<>(
                    "gateway.one.address",
                    ValueType.BOOLEAN,
                    "false",
                    "'true' where all gateways stand behind a load balancer: clients are told its address (gateway.advertised, the"
                            + " same for all) and no other, as that of one broker. The same for all gateways.");

    public static final ConfigKey<Optional<Boolean>> GATEWAY_CONSOLE_ENABLED =
            new ConfigKey<>(
                    "gateway.console.enabled",
                    ValueType.optional(ValueType.BOOLEAN),
                    "",
                    "Whether the gateway serves the console at /console, and what it and 'quafka retention' ask for below /api/:"
                            + " topics, groups, records, none of which asks for a password. Empty: where it listens on this"
                            + " machine's loopback alone, and only to 'localhost' and 127.0.0.1. 'true': to whoever reaches the"
                            + " port.");

    public static final ConfigKey<Address> STORAGE_LISTEN =
            new ConfigKey<>(
                    "storage.listen",
                    ValueType.ADDRESS,
                    "127.0.0.1:9191",
                    "Where a storage process, or a broker of several, serves the other processes; not used by a broker that is alone.");

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

    public static final ConfigKey<Double> STORAGE_DISK_TARGET_PERCENT =
            new ConfigKey<>(
                    "storage.disk.target.percent",
                    ValueType.decimal(1, 95),
                    "80",
                    "How much of storage nodes' disks all that Quafka writes there may take, in percent: the capacity that topics"
                            + " have shares of. Becomes the cluster's setting as num.partitions does.");

    public static final ConfigKey<Optional<Double>> LOG_LOCAL_RETENTION_PERCENT =
            new ConfigKey<>(
                    "log.local.retention.percent",
                    ValueType.optional(ValueType.decimal(0.0001, 100)),
                    "",
                    "The local.retention.percent of topics that have none of their own: how much of the disks each may keep, in"
                            + " percent. Becomes the cluster's default as num.partitions does.");

    public static final ConfigKey<Optional<Double>> LOG_RETENTION_PERCENT =
            new ConfigKey<>(
                    "log.retention.percent",
                    ValueType.optional(ValueType.decimal(0.0001, 100)),
                    "",
                    "The same for retention.percent: how much of the capacity for whole histories each may keep.");

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
                    "Most memory outside the heap that records on their way to readers may lie in, all together. What is on its way to other replicas has a quarter of it beside.");

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

    public static final ConfigKey<Duration> STORAGE_COMPACTION_INTERVAL =
            new ConfigKey<>(
                    "storage.compaction.interval",
                    ValueType.duration(Duration.ofMillis(10), Duration.ofDays(1)),
                    "15s",
                    "How often it is looked for partitions of compacted topics that are worth compacting, and for objects that are worth"
                            + " merging.");

    public static final ConfigKey<Long> STORAGE_COMPACTION_KEYS_BYTES =
            new ConfigKey<>(
                    "storage.compaction.keys.bytes",
                    ValueType.bytes(MIB, GIB),
                    "32MiB",
                    "Most memory for the keys of one compaction, 32 bytes for each; of a partition with more new keys a part is"
                            + " compacted at a time.");

    public static final ConfigKey<Long> STORAGE_COMPACTION_BYTES_PER_SECOND =
            new ConfigKey<>(
                    "storage.compaction.bytes.per.second",
                    ValueType.bytes(MIB, TIB),
                    "64MiB",
                    "Most that compaction reads and writes.");

    public static final ConfigKey<Long> STORAGE_REPLICA_COPY_BYTES_PER_SECOND =
            new ConfigKey<>(
                    "storage.replica.copy.bytes.per.second",
                    ValueType.bytes(MIB, TIB),
                    "64MiB",
                    "Most that a storage process takes over from others to make replicas anew that"
                            + " were away for too long, or lost their disk.");

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
                    "Most memory outside the heap for requests being read and answers being sent, of all connections together. A gateway in a process of its own keeps half of it for the answers to fetches, a storage node for what it copies of shards that others lead. A broker of several has as much for each of the two.");

    public static final ConfigKey<Integer> CONTROLLER_MEMBER_ID =
            new ConfigKey<>(
                    "controller.member.id",
                    ValueType.integer(1, 1_000),
                    "1",
                    "Which of controller.members a controller process is; it listens on that member's address. A broker of"
                            + " several is a member only if it is told which.");

    public static final ConfigKey<List<ControllerMember>> CONTROLLER_MEMBERS =
            new ConfigKey<>(
                    "controller.members",
                    ValueType.listOf(
                            new ValueType<>(
                                    "ID@HOST:PORT or HOST:PORT", ControllerMember::parseOrPlace)),
                    "1@127.0.0.1:9190",
                    "The controller's members, all of them for a controller process. Other processes may also be told only"
                            + " where to ask for them, as HOST:PORT: the address of any member, or a name with the addresses"
                            + " of several. A broker that is told of them is one of several; one that is not is alone, with a"
                            + " controller that serves itself only.");

    public static final ConfigKey<Boolean> CONTROLLER_JOIN =
            new ConfigKey<>(
                    "controller.join",
                    ValueType.BOOLEAN,
                    "false",
                    "'true' for a new member of a controller that runs already: it waits for 'quafka quorum add'. Without effect"
                            + " once it has been taken in.");

    public static final ConfigKey<Duration> CONTROLLER_SESSION_TIMEOUT =
            new ConfigKey<>(
                    "controller.session.timeout",
                    ValueType.duration(Duration.ofSeconds(3), Duration.ofMinutes(10)),
                    "6s",
                    "A node that the controller hears nothing of for so long is fenced. Storage nodes are to be told the same: what they"
                            + " lead with other replicas they answer for no longer than that.");

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

    public static final ConfigKey<Integer> OFFSETS_TOPIC_PARTITIONS =
            new ConfigKey<>(
                    "offsets.topic.num.partitions",
                    ValueType.integer(1, 10_000),
                    "50",
                    "Partitions of __consumer_offsets and __transaction_state, over which groups and transactional ids are"
                            + " spread. Counts when the topics are made, which is when they are first needed.");

    public static final ConfigKey<Long> OFFSETS_TOPIC_SEGMENT_BYTES =
            new ConfigKey<>(
                    "offsets.topic.segment.bytes",
                    ValueType.bytes(MIB, 2 * GIB - MIB),
                    "4MiB",
                    "Newest bytes of each partition of these topics that compaction leaves alone until they are an hour old;"
                            + " fewer make coordinators start faster. Counts when the topics are made.");

    public static final ConfigKey<Integer> OFFSETS_RETENTION_MINUTES =
            new ConfigKey<>(
                    "offsets.retention.minutes",
                    ValueType.integer(1, Integer.MAX_VALUE),
                    "10080",
                    "How long the committed offsets of a group without members are kept.");

    public static final ConfigKey<Integer> OFFSETS_RETENTION_CHECK_INTERVAL_MS =
            new ConfigKey<>(
                    "offsets.retention.check.interval.ms",
                    ValueType.integer(1, Integer.MAX_VALUE),
                    "600000",
                    "How often committed offsets are checked for having expired.");

    public static final ConfigKey<Integer> OFFSET_METADATA_MAX_BYTES =
            new ConfigKey<>(
                    "offset.metadata.max.bytes",
                    ValueType.integer(0, Integer.MAX_VALUE),
                    "4096",
                    "The longest text that a client may commit with an offset.");

    public static final ConfigKey<Integer> GROUP_INITIAL_REBALANCE_DELAY_MS =
            new ConfigKey<>(
                    "group.initial.rebalance.delay.ms",
                    ValueType.integer(0, Integer.MAX_VALUE),
                    "3000",
                    "How long an empty group of the classic protocol waits for more members before it first assigns"
                            + " partitions.");

    public static final ConfigKey<Integer> GROUP_MIN_SESSION_TIMEOUT_MS =
            new ConfigKey<>(
                    "group.min.session.timeout.ms",
                    ValueType.integer(1, Integer.MAX_VALUE),
                    "6000",
                    "The shortest session time-out that a member of the classic protocol may ask for.");

    public static final ConfigKey<Integer> GROUP_MAX_SESSION_TIMEOUT_MS =
            new ConfigKey<>(
                    "group.max.session.timeout.ms",
                    ValueType.integer(1, Integer.MAX_VALUE),
                    "1800000",
                    "The longest session time-out that a member of the classic protocol may ask for.");

    public static final ConfigKey<Integer> GROUP_MAX_SIZE =
            new ConfigKey<>(
                    "group.max.size",
                    ValueType.integer(1, Integer.MAX_VALUE),
                    "2147483647",
                    "Most members of a group of the classic protocol.");

    /// What the group coordinator is told as it is.
    public static final List<ConfigKey<Integer>> GROUP_COORDINATOR =
            List.of(
                    OFFSETS_RETENTION_MINUTES,
                    OFFSETS_RETENTION_CHECK_INTERVAL_MS,
                    OFFSET_METADATA_MAX_BYTES,
                    GROUP_INITIAL_REBALANCE_DELAY_MS,
                    GROUP_MIN_SESSION_TIMEOUT_MS,
                    GROUP_MAX_SESSION_TIMEOUT_MS,
                    GROUP_MAX_SIZE);

    public static final ConfigKey<Integer> TRANSACTION_MAX_TIMEOUT_MS =
            new ConfigKey<>(
                    "transaction.max.timeout.ms",
                    ValueType.integer(1, Integer.MAX_VALUE),
                    "900000",
                    "The longest time-out that a producer may ask for its transactions.");

    public static final ConfigKey<Integer> TRANSACTIONAL_ID_EXPIRATION_MS =
            new ConfigKey<>(
                    "transactional.id.expiration.ms",
                    ValueType.integer(1, Integer.MAX_VALUE),
                    "604800000",
                    "How long a transactional id that nobody uses is remembered.");

    public static final ConfigKey<Integer> TRANSACTION_ABORT_INTERVAL_MS =
            new ConfigKey<>(
                    "transaction.abort.timed.out.transaction.cleanup.interval.ms",
                    ValueType.integer(1, Integer.MAX_VALUE),
                    "10000",
                    "How often transactions are checked for having timed out; those that have are aborted.");

    /// What the transaction coordinator is told as it is.
    public static final List<ConfigKey<Integer>> TRANSACTION_COORDINATOR =
            List.of(
                    TRANSACTION_MAX_TIMEOUT_MS,
                    TRANSACTIONAL_ID_EXPIRATION_MS,
                    TRANSACTION_ABORT_INTERVAL_MS);

    public static final ConfigKey<TieringStore> TIERING_STORE =
            new ConfigKey<>(
                    "tiering.store",
                    ValueType.oneOf(TieringStore.class),
                    "none",
                    "Where sealed segments go, and history is read from. 'none': records live and expire on the storage disks."
                            + " 'directory': files below tiering.directory. 's3': tiering.s3.bucket. The same in every storage and"
                            + " gateway process; what was tiered can be read only as long as this stays.");

    public static final ConfigKey<Optional<Path>> TIERING_DIRECTORY =
            new ConfigKey<>(
                    "tiering.directory",
                    ValueType.optional(ValueType.PATH),
                    "",
                    "The directory of 'tiering.store=directory'; one that all processes see where there are several. Empty, for"
                            + " 'quafka broker' only: 'objects' below node.data.dir.");

    public static final ConfigKey<Double> TIERING_DIRECTORY_PERCENT =
            new ConfigKey<>(
                    "tiering.directory.percent",
                    ValueType.decimal(1, 99),
                    "50",
                    "Where tiering.directory lies on the same volume as node.data.dir: how much of what Quafka may take of the"
                            + " volume (storage.disk.target.percent) is kept for objects, in percent. Topics share the rest."
                            + " When objects have filled it, nothing more is tiered until some expire.");

    public static final ConfigKey<String> TIERING_S3_BUCKET =
            new ConfigKey<>(
                    "tiering.s3.bucket",
                    ValueType.STRING,
                    "",
                    "The bucket of 'tiering.store=s3'; it must exist.");

    public static final ConfigKey<String> TIERING_S3_PREFIX =
            new ConfigKey<>(
                    "tiering.s3.prefix",
                    ValueType.STRING,
                    "",
                    "What all keys begin with; empty, or ending in a slash. Below it, each cluster keeps to itself.");

    public static final ConfigKey<String> TIERING_S3_REGION =
            new ConfigKey<>(
                    "tiering.s3.region",
                    ValueType.STRING,
                    "us-east-1",
                    "For Amazon the bucket's region; other servers take any.");

    public static final ConfigKey<String> TIERING_S3_ENDPOINT =
            new ConfigKey<>(
                    "tiering.s3.endpoint",
                    ValueType.STRING,
                    "",
                    "The URL of another S3 server than Amazon's; empty for Amazon's.");

    public static final ConfigKey<Boolean> TIERING_S3_PATH_STYLE =
            new ConfigKey<>(
                    "tiering.s3.path.style",
                    ValueType.BOOLEAN,
                    "false",
                    "Whether the bucket's name goes into the path, as most other servers want it, not into the host's name.");

    public static final ConfigKey<String> TIERING_S3_ACCESS_KEY =
            new ConfigKey<>(
                    "tiering.s3.access.key",
                    ValueType.STRING,
                    "",
                    "Who we are to S3. Empty: as tiering.s3.profile says.");

    public static final ConfigKey<Path> TIERING_S3_SECRET_KEY_FILE =
            new ConfigKey<>(
                    "tiering.s3.secret.key.file",
                    ValueType.PATH,
                    "",
                    "A file with the secret key that belongs to tiering.s3.access.key and nothing else.");

    public static final ConfigKey<String> TIERING_S3_PROFILE =
            new ConfigKey<>(
                    "tiering.s3.profile",
                    ValueType.STRING,
                    "",
                    "A profile of ~/.aws, where there is no access key. Empty: what the environment gives, as variables or a role of"
                            + " the pod, container or instance.");

    public static final ConfigKey<String> TIERING_S3_STORAGE_CLASS =
            new ConfigKey<>(
                    "tiering.s3.storage.class",
                    ValueType.STRING,
                    "",
                    "As S3 names it, STANDARD_IA say; empty for the bucket's own.");

    public static final ConfigKey<Duration> TIERING_S3_TIMEOUT =
            new ConfigKey<>(
                    "tiering.s3.timeout",
                    ValueType.duration(Duration.ofMillis(100), Duration.ofMinutes(10)),
                    "30s",
                    "How long a request to S3 may take, with up to 8 MiB of content and its answer, before it is repeated; all"
                            + " attempts together take three times as long at most.");

    public static final ConfigKey<Duration> TIERING_RETRY_MAX =
            new ConfigKey<>(
                    "tiering.retry.max",
                    ValueType.duration(Duration.ofMillis(10), Duration.ofHours(1)),
                    "1m",
                    "The longest wait before a store that failed is tried again. Waits begin at a second and double.");

    public static final ConfigKey<Duration> TIERING_INTERVAL =
            new ConfigKey<>(
                    "tiering.interval",
                    ValueType.duration(Duration.ofMillis(10), Duration.ofDays(1)),
                    "5s",
                    "How often it is looked for sealed segments to tier, and for objects to delete.");

    public static final ConfigKey<Duration> TIERING_SEAL_AFTER =
            new ConfigKey<>(
                    "tiering.seal.after",
                    ValueType.duration(Duration.ofMillis(10), Duration.ofDays(365)),
                    "1h",
                    "A segment that is not full is sealed when records to tier have lain in it for so long. Shorter times make"
                            + " more and smaller objects.");

    public static final ConfigKey<Duration> TIERING_SWEEP_INTERVAL =
            new ConfigKey<>(
                    "tiering.sweep.interval",
                    ValueType.duration(Duration.ofMillis(10), Duration.ofDays(365)),
                    "1h",
                    "How often the store is looked over for objects that no manifest knows.");

    public static final ConfigKey<Duration> TIERING_SWEEP_AGE =
            new ConfigKey<>(
                    "tiering.sweep.age",
                    ValueType.duration(Duration.ofMillis(10), Duration.ofDays(365)),
                    "1d",
                    "Such an object is deleted when its upload was begun so long ago; longer than an upload may take.");

    public static final ConfigKey<Long> TIERING_MERGE_BYTES =
            new ConfigKey<>(
                    "tiering.merge.bytes.per.second",
                    ValueType.bytes(0, TIB),
                    "8MiB",
                    "How fast a storage node merges small objects into larger ones, which are cheaper to read, and compacts what of"
                            + " compacted topics lies in objects: bytes read from the store, and written to it again, each second"
                            + " at most. 0: they stay as they are.");

    public static final ConfigKey<Duration> TIERING_BACKUP_INTERVAL =
            new ConfigKey<>(
                    "tiering.backup.interval",
                    ValueType.duration(Duration.ofMillis(10), Duration.ofDays(1)),
                    "1m",
                    "How often what changed of manifests, metadata and groups' offsets is copied to the store, for 'quafka"
                            + " recover'. What the copies do not have yet would be lost with the disks.");

    public static final ConfigKey<Long> GATEWAY_HISTORY_MEMORY_BYTES =
            new ConfigKey<>(
                    "gateway.history.memory.bytes",
                    ValueType.bytes(16 * MIB, TIB),
                    "128MiB",
                    "Most memory outside the heap for what is read from the object store: kept for others, read ahead, and on its way"
                            + " to clients.");

    public static final ConfigKey<Duration> SHUTDOWN_DRAIN =
            new ConfigKey<>(
                    "shutdown.drain.max",
                    ValueType.duration(Duration.ZERO, Duration.ofMinutes(10)),
                    "10s",
                    "How long SIGTERM waits for requests in flight before their connections are closed.");

    private static final List<ConfigKey<?>> DECLARED_HERE =
            List.of(
                    NODE_DATA_DIR,
                    NODE_RACK,
                    GATEWAY_LISTEN,
                    GATEWAY_ADVERTISED,
                    GATEWAY_ONE_ADDRESS,
                    GATEWAY_CONSOLE_ENABLED,
                    GATEWAY_FRAME_BYTES_MAX,
                    GATEWAY_CONNECTIONS_MAX,
                    GATEWAY_CONNECTIONS_PER_ADDRESS_MAX,
                    GATEWAY_IDLE_TIMEOUT,
                    AUTO_CREATE_TOPICS,
                    NUM_PARTITIONS,
                    OFFSETS_TOPIC_PARTITIONS,
                    OFFSETS_TOPIC_SEGMENT_BYTES,
                    OFFSETS_RETENTION_MINUTES,
                    OFFSETS_RETENTION_CHECK_INTERVAL_MS,
                    OFFSET_METADATA_MAX_BYTES,
                    GROUP_INITIAL_REBALANCE_DELAY_MS,
                    GROUP_MIN_SESSION_TIMEOUT_MS,
                    GROUP_MAX_SESSION_TIMEOUT_MS,
                    GROUP_MAX_SIZE,
                    TRANSACTION_MAX_TIMEOUT_MS,
                    TRANSACTIONAL_ID_EXPIRATION_MS,
                    TRANSACTION_ABORT_INTERVAL_MS,
                    STORAGE_LISTEN,
                    STORAGE_ADVERTISED,
                    STORAGE_SHARDS,
                    STORAGE_FSYNC,
                    STORAGE_SEGMENT_BYTES,
                    STORAGE_RESERVE_BYTES,
                    STORAGE_DISK_TARGET_PERCENT,
                    LOG_LOCAL_RETENTION_PERCENT,
                    LOG_RETENTION_PERCENT,
                    STORAGE_OPEN_SEGMENTS_MAX,
                    STORAGE_READERS,
                    STORAGE_READ_BUFFERS_BYTES,
                    STORAGE_INDEX_CACHE_BYTES,
                    STORAGE_INDEX_MEMTABLE_BYTES,
                    STORAGE_INDEX_OPEN_FILES_MAX,
                    STORAGE_RETENTION_INTERVAL,
                    STORAGE_PRODUCER_EXPIRY,
                    STORAGE_COMPACTION_INTERVAL,
                    STORAGE_COMPACTION_KEYS_BYTES,
                    STORAGE_COMPACTION_BYTES_PER_SECOND,
                    STORAGE_REPLICA_COPY_BYTES_PER_SECOND,
                    TIERING_STORE,
                    TIERING_DIRECTORY,
                    TIERING_DIRECTORY_PERCENT,
                    TIERING_S3_BUCKET,
                    TIERING_S3_PREFIX,
                    TIERING_S3_REGION,
                    TIERING_S3_ENDPOINT,
                    TIERING_S3_PATH_STYLE,
                    TIERING_S3_ACCESS_KEY,
                    TIERING_S3_SECRET_KEY_FILE,
                    TIERING_S3_PROFILE,
                    TIERING_S3_STORAGE_CLASS,
                    TIERING_S3_TIMEOUT,
                    TIERING_RETRY_MAX,
                    TIERING_INTERVAL,
                    TIERING_SEAL_AFTER,
                    TIERING_SWEEP_INTERVAL,
                    TIERING_SWEEP_AGE,
                    TIERING_MERGE_BYTES,
                    TIERING_BACKUP_INTERVAL,
                    GATEWAY_HISTORY_MEMORY_BYTES,
                    CONTROLLER_MEMBERS,
                    CONTROLLER_JOIN,
                    CONTROLLER_MEMBER_ID,
                    CONTROLLER_SESSION_TIMEOUT,
                    CONTROLLER_TIMEOUT,
                    MEMORY_BUFFERS_BYTES,
                    SHUTDOWN_DRAIN);

    /// In the order of the table.
    public static final List<ConfigKey<?>> ALL =
            Stream.of(DECLARED_HERE, SecurityKeys.ALL).flatMap(List::stream).toList();

    private ConfigKeys() {}
}
