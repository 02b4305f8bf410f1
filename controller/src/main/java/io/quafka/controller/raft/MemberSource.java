package io.quafka.controller.raft;

import io.quafka.controller.raft.ControllerConfig.Member;
import java.io.IOException;
import java.util.List;

/// Says who the controller's members are. Safe on any thread.
@FunctionalInterface
public interface MemberSource {
    /// May block for seconds, and say something else the next time.
    ///
    /// @return each with its address; never empty
    /// @throws IOException if it cannot be found out at the moment
    List<Member> members() throws IOException;

    /// Members that are known beforehand; some may be down.
    ///
    /// @throws IllegalArgumentException if there are none, or one lacks an address
    static MemberSource of(List<Member> members) {
        if (members.isEmpty() || members.stream().anyMatch(m -> m.endpoint() == null)) {
            throw new IllegalArgumentException("every member needs an address: " + members);
        }
        List<Member> known = List.copyOf(members);
        return () -> known;
    }
}
