package io.quafka.controller.raft;

import io.quafka.controller.model.Endpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How one member of the controller is set up.
///
/// @param memberId this member's number in `members`
/// @param members all members, this one too, with the addresses at which they and remote clients
///   reach each other. A lone member without an address serves this process only and opens no port
/// @param directory where its log and snapshots live; one process at a time
/// @param joining whether a member without a log waits for the others to take it in, instead of
///   forming a group with them; without effect where there is a log
/// @param clusterId the identity to give a cluster that has none yet; null draws one
/// @param sessionTimeout how long a node may be silent before it is fenced
/// @param commandTimeout how long a command is retried before it fails
public record ControllerConfig(
        int memberId,
        List<Member> members,
        Path directory,
        boolean joining,
        @Nullable String clusterId,
        Duration sessionTimeout,
        Duration commandTimeout) {
    public static final Duration SESSION_TIMEOUT = Duration.ofSeconds(6);
    public static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(30);

    public ControllerConfig {
        members = List.copyOf(members);
        if (members.stream().map(Member::id).distinct().count() != members.size()) {
            throw new IllegalArgumentException("two members with the same id: " + members);
        }
        if (members.stream().noneMatch(member -> member.id() == memberId)) {
            throw new IllegalArgumentException("member " + memberId + " is not among " + members);
        }
        if (members.size() > 1 && members.stream().anyMatch(member -> member.endpoint() == null)) {
            throw new IllegalArgumentException("several members need an address each: " + members);
        }
        if (sessionTimeout.toMillis() < 1 || commandTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("time limits must be positive");
        }
    }

    /// @param endpoint null for a lone member that serves its own process only
    public record Member(int id, @Nullable Endpoint endpoint) {}

    /// A lone member.
    ///
    /// @param listen where other processes reach it, or null for none
    public static ControllerConfig single(Path directory, @Nullable Endpoint listen) {
        return new ControllerConfig(
                1,
                List.of(new Member(1, listen)),
                directory,
                false,
                null,
                SESSION_TIMEOUT,
                COMMAND_TIMEOUT);
    }

    /// True where other processes can reach this member.
    boolean reachable() {
        return members.getFirst().endpoint() != null;
    }
}
