package io.quafka.controller.raft;

import io.quafka.controller.Metadata;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/// Whether the member in this process leads, and no other does: one that stood still for a while
/// takes itself for the leader until it hears from its follower.
///
/// A linearizable read, which Ratis answers by its lease, or after asking the other members (Raft,
/// section 6.4). Followers answer such reads too, so that the member must have led in one term
/// before and after.
final class LeadershipProof {
    private final RaftServer server;
    private final Metadata metadata;
    private final ClientId clientId = ClientId.randomId();
    private final AtomicLong callIds = new AtomicLong();

    LeadershipProof(RaftServer server, Metadata metadata) {
        this.server = server;
        this.metadata = metadata;
    }

    /// Completes with whether it leads; fails where that cannot be found out now.
    CompletableFuture<Boolean> leads() {
        try {
            DivisionInfo division = server.getDivision(RaftGroups.GROUP_ID).getInfo();
            long term = division.getCurrentTerm();
            if (!division.isLeader()) {
                return CompletableFuture.completedFuture(false);
            }
            return server.submitClientRequestAsync(read())
                    .thenApply(reply ->
                            reply.isSuccess()
                                    && division.isLeader()
                                    && division.getCurrentTerm() == term);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /// Of something that is at hand at once.
    private RaftClientRequest read() {
        byte[] query = Query.encode(new Query.Follow(metadata.image().version(), 0));
        return RaftClientRequest.newBuilder()
                .setClientId(clientId)
                .setServerId(server.getId())
                .setGroupId(RaftGroups.GROUP_ID)
                .setCallId(callIds.incrementAndGet())
                .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(query)))
                .setType(RaftClientRequest.readRequestType())
                .build();
    }
}
