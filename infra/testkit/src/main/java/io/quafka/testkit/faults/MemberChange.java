package io.quafka.testkit.faults;

import io.quafka.controller.raft.ControllerConfig.Member;
import io.quafka.controller.raft.Quorum;
import io.quafka.controller.raft.Quorum.MemberState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/// One member of the controller comes for another, as an operator does it: added, then the lost one
/// removed, each tried until it is so.
///
/// @param members those that are there, the lost one too
record MemberChange(List<Member> members, Member lost, Member next) {
    private static final Duration CHANGE_MAX = Duration.ofSeconds(20);
    private static final Duration BETWEEN = Duration.ofSeconds(1);
    private static final long MAX_NANOS = Duration.ofMinutes(2).toNanos();

    /// A step of the change.
    @FunctionalInterface
    private interface Step {
        void on(Quorum quorum) throws IOException;
    }

    /// @throws AssertionError if it cannot be made in time
    void make() {
        retry(quorum -> quorum.add(next), true);
        retry(quorum -> quorum.remove(lost.id()), false);
    }

    /// A change that was not made in time may be made later, so it is not asked for again before
    /// looking.
    ///
    /// @param there whether the member of the step is to be there after it
    private void retry(Step step, boolean there) {
        int id = there ? next.id() : lost.id();
        long deadline = System.nanoTime() + MAX_NANOS;
        String problem = "nobody leads";
        while (System.nanoTime() < deadline) {
            Quorum quorum = new Quorum(members, CHANGE_MAX);
            List<MemberState> states = quorum.members();
            if (states.stream().anyMatch(MemberState::leads)) {
                if (states.stream().anyMatch(state -> state.id() == id) == there) {
                    return;
                }
                try {
                    step.on(quorum);
                } catch (IOException e) {
                    problem = Objects.toString(e.getMessage());
                }
            }
            Actor.pause(BETWEEN);
        }
        throw new AssertionError("member " + id + " could not be changed: " + problem);
    }
}
