package io.quafka.program.roles;

import io.quafka.controller.model.Endpoint;
import io.quafka.controller.raft.ControllerConfig;
import io.quafka.controller.raft.ControllerConfig.Member;
import io.quafka.controller.raft.MemberSource;
import io.quafka.controller.raft.RaftTls;
import io.quafka.controller.raft.Seeds;
import io.quafka.gateway.GatewayConfig;
import io.quafka.program.config.Address;
import io.quafka.program.config.ConfigKey;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.program.config.ControllerMember;
import io.quafka.program.config.FsyncMode;
import io.quafka.storage.coordinator.CoordinatorConfig;
import io.quafka.storage.index.IndexOptions;
import io.quafka.storage.log.LogOptions;
import io.quafka.storage.node.CompactionConfig;
import io.quafka.storage.node.StorageConfig;
import io.quafka.storage.tier.TieringConfig;
import io.quafka.wire.ServerLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Says what was configured in the words of the parts.
final class Settings {
    private static final long FIRST_SEGMENT_BYTES = 8L << 20;

    private Settings() {}

    /// @param beside what other roles write to
    static StorageConfig storage(
            Configuration configuration,
            Path directory,
            @Nullable TieringConfig tiering,
            List<Path> beside) {
        long segmentBytes = configuration.get(ConfigKeys.STORAGE_SEGMENT_BYTES);
        return new StorageConfig(
                directory,
                new LogOptions(
                        segmentBytes,
                        Math.min(segmentBytes, FIRST_SEGMENT_BYTES),
                        configuration.get(ConfigKeys.STORAGE_RESERVE_BYTES),
                        configuration.get(ConfigKeys.STORAGE_FSYNC) == FsyncMode.GROUP,
                        configuration.get(ConfigKeys.STORAGE_OPEN_SEGMENTS_MAX)),
                new IndexOptions(
                        configuration.get(ConfigKeys.STORAGE_INDEX_CACHE_BYTES),
                        configuration.get(ConfigKeys.STORAGE_INDEX_MEMTABLE_BYTES),
                        configuration.get(ConfigKeys.STORAGE_INDEX_OPEN_FILES_MAX)),
                configuration.get(ConfigKeys.STORAGE_READ_BUFFERS_BYTES),
                configuration.get(ConfigKeys.STORAGE_READERS),
                configuration.get(ConfigKeys.STORAGE_RETENTION_INTERVAL),
                configuration.get(ConfigKeys.STORAGE_PRODUCER_EXPIRY),
                new CompactionConfig(
                        configuration.get(ConfigKeys.STORAGE_COMPACTION_INTERVAL),
                        configuration.get(ConfigKeys.STORAGE_COMPACTION_KEYS_BYTES),
                        configuration.get(ConfigKeys.STORAGE_COMPACTION_BYTES_PER_SECOND)),
                new CoordinatorConfig(
                        Stream.of(ConfigKeys.GROUP_COORDINATOR, ConfigKeys.TRANSACTION_COORDINATOR)
                                .flatMap(List::stream)
                                .collect(
                                        Collectors.toMap(
                                                ConfigKey::name,
                                                key -> configuration.get(key).toString()))),
                tiering,
                beside,
                configuration.get(ConfigKeys.STORAGE_REPLICA_COPY_BYTES_PER_SECOND));
    }

    /// @param listen null for a lone member that serves its own process only
    static ControllerConfig loneController(Configuration configuration, Path directory) {
        return new ControllerConfig(
                1,
                List.of(new Member(1, null)),
                directory,
                false,
                null,
                configuration.get(ConfigKeys.CONTROLLER_SESSION_TIMEOUT),
                configuration.get(ConfigKeys.CONTROLLER_TIMEOUT));
    }

    /// @throws StartException if the members do not make a controller, or one lacks its number
    static ControllerConfig controller(Configuration configuration, Path directory) {
        try {
            return new ControllerConfig(
                    configuration.get(ConfigKeys.CONTROLLER_MEMBER_ID),
                    members(named(configuration)),
                    directory,
                    configuration.get(ConfigKeys.CONTROLLER_JOIN),
                    null,
                    configuration.get(ConfigKeys.CONTROLLER_SESSION_TIMEOUT),
                    configuration.get(ConfigKeys.CONTROLLER_TIMEOUT));
        } catch (IllegalArgumentException e) {
            throw new StartException("controller.members: " + e.getMessage(), e);
        }
    }

    private static List<ControllerMember> named(Configuration configuration) {
        return configuration.get(ConfigKeys.CONTROLLER_MEMBERS);
    }

    private static List<Member> members(List<ControllerMember> named) {
        for (ControllerMember member : named) {
            if (!member.told()) {
                throw new IllegalArgumentException(
                        "which member is at "
                                + member
                                + "? A controller process is told of all as ID@HOST:PORT");
            }
        }
        return named.stream().map(Settings::member).toList();
    }

    /// The members as they are told, or whoever can be asked for them.
    ///
    /// @param tls how members are spoken to; null for in plain
    static MemberSource memberSource(Configuration configuration, @Nullable RaftTls tls) {
        List<ControllerMember> named = named(configuration);
        return named.stream().allMatch(ControllerMember::told)
                ? MemberSource.of(members(named))
                : new Seeds(named.stream().map(each -> endpoint(each.address())).toList(), tls);
    }

    static Member member(ControllerMember named) {
        return new Member(named.id(), endpoint(named.address()));
    }

    private static Endpoint endpoint(Address address) {
        return new Endpoint(address.host(), address.port());
    }

    static GatewayConfig gateway(Configuration configuration) {
        if (configuration.get(ConfigKeys.GATEWAY_ONE_ADDRESS)
                && configuration.get(ConfigKeys.GATEWAY_ADVERTISED).isEmpty()) {
            throw new StartException(
                    "gateway.one.address is set, but not that address: set gateway.advertised to the load balancer's");
        }
        GatewayConfig defaults = GatewayConfig.DEFAULTS;
        return new GatewayConfig(
                configuration.get(ConfigKeys.AUTO_CREATE_TOPICS),
                new GatewayConfig.InternalTopics(
                        configuration.get(ConfigKeys.OFFSETS_TOPIC_PARTITIONS),
                        Math.toIntExact(configuration.get(ConfigKeys.OFFSETS_TOPIC_SEGMENT_BYTES))),
                defaults.adminWait(),
                defaults.fetchSessionPartitionsMax(),
                defaults.fetchSessionIdle(),
                defaults.producerIdBlock(),
                configuration.get(ConfigKeys.GATEWAY_ONE_ADDRESS),
                Map.of(
                        ConfigKeys.AUTO_CREATE_TOPICS.name(),
                        configuration.text(ConfigKeys.AUTO_CREATE_TOPICS)));
    }

    static ServerLimits clientLimits(Configuration configuration) {
        ServerLimits limits = ServerLimits.forClients();
        return limits.withFrame(
                        Math.toIntExact(configuration.get(ConfigKeys.GATEWAY_FRAME_BYTES_MAX)),
                        limits.frameValuesMax())
                .withConnections(
                        configuration.get(ConfigKeys.GATEWAY_CONNECTIONS_MAX),
                        configuration.get(ConfigKeys.GATEWAY_CONNECTIONS_PER_ADDRESS_MAX))
                .withTimeouts(
                        configuration.get(ConfigKeys.GATEWAY_IDLE_TIMEOUT),
                        limits.frameTimeout(),
                        limits.writeTimeout(),
                        limits.bufferWait());
    }

    static @Nullable String rack(Configuration configuration) {
        String rack = configuration.get(ConfigKeys.NODE_RACK);
        return rack.isBlank() ? null : rack;
    }

    static Duration commandTimeout(Configuration configuration) {
        return configuration.get(ConfigKeys.CONTROLLER_TIMEOUT);
    }
}
