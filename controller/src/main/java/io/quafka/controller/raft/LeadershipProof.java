package io.quafka.controller.raft;

import io.quafka.controller.Metadata;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;

/// Whether the member in this process leads, and no other does: one that stood still for a while
/// takes itself for the leader until it hears from its follower.
///
/// A linearizable read, which Ratis answers by its lease, or after asking the other members (Raft,
/// section 6.4). Followers answer such reads too, so that the member must have led in one term
/// before and after.
final class LeadershipProof {
    private final RaftServer server;
    private final Metadata metadata;
    private final LocalRequests requests;

    LeadershipProof(RaftServer server, Metadata metadata) {
        this.server = server;
        this.metadata = metadata;
        this.requests = new LocalRequests(server.getId());
    }

    /// Completes when it leads.
    ///
    /// @return fails with a [TimeoutException] if it does not, and with others where that cannot be
    ///   found out now
    CompletableFuture<Void> require() {
        try {
            DivisionInfo division = server.getDivision(RaftGroups.GROUP_ID).getInfo();
            long term = division.getCurrentTerm();
            return division.isLeader()
                    ? server.submitClientRequestAsync(read())
                            .thenCompose(reply ->
                                    reply.isSuccess()
                                                    && division.isLeader()
                                                    && division.getCurrentTerm() == term
                                            ? CompletableFuture.completedFuture(null)
                                            : deposed())
                    : deposed();
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static CompletableFuture<Void> deposed() {
        return CompletableFuture.failedFuture(
                new TimeoutException("this member of the controller does not lead any more"));
    }

    /// Of something that is at hand at once.
    private RaftClientRequest read() {
        return requests.of(
                Query.encode(new Query.Follow(metadata.image().version(), 0)),
                RaftClientRequest.readRequestType());
    }
}
