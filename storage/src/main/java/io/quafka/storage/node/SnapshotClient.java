package io.quafka.storage.node;

import io.quafka.controller.model.ShardState;
import io.quafka.storage.FetchReply;
import io.quafka.storage.StorageNode;
import io.quafka.storage.node.ReplicaMessages.Asked;
import io.quafka.storage.shard.SnapshotPlan;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/// Asks the leader of a shard for what a replica is made of. Waits for each answer.
///
/// Every method throws [Busy] where the leader has no memory just now: the same may be asked again;
/// and [IOException] where the copy comes to nothing.
final class SnapshotClient {
    private final int self;
    private final StorageNode leader;
    private final ShardState state;

    /// @param state in which another node leads
    SnapshotClient(int self, StorageNode leader, ShardState state) {
        this.self = self;
        this.leader = leader;
        this.state = state;
    }

    /// The leader has no memory for the answer.
    static final class Busy extends Exception {
        private static final long serialVersionUID = 1;

        Busy() {
            super("the leader has no memory for the answer", null, false, false);
        }
    }

    /// Uses an answer, whose memory is given back then.
    interface Use<T> {
        T of(PartitionData answer, ByteBuffer bytes) throws IOException, InterruptedException;
    }

    SnapshotPlan plan() throws IOException, InterruptedException, Busy {
        return ask(Asked.PLAN, 0, 0, (_, bytes) -> SnapshotPlan.read(bytes));
    }

    /// @param position where to go on
    <T> T groups(long position, Use<T> use) throws IOException, InterruptedException, Busy {
        return ask(Asked.GROUPS, position, 0, use);
    }

    /// @param rows whose, drawn at random before the first chunk
    <T> T rows(long rows, int chunk, Use<T> use) throws IOException, InterruptedException, Busy {
        return ask(Asked.ROWS, chunk, rows, use);
    }

    private <T> T ask(Asked what, long at, long rows, Use<T> use)
            throws IOException, InterruptedException, Busy {
        FetchReply reply;
        try {
            reply = leader.fetch(ReplicaMessages.snapshot(self, state, what, at, rows)).get();
        } catch (ExecutionException e) {
            throw new IOException("node " + state.leader() + " did not answer: " + e.getCause(), e);
        }
        try {
            PartitionData answer = answer(reply);
            Errors error = Errors.forCode(answer.errorCode());
            if (error == Errors.THROTTLING_QUOTA_EXCEEDED) {
                throw new Busy();
            }
            if (error != Errors.NONE || !(answer.records() instanceof MemoryRecords records)) {
                throw new IOException(
                        "node %d, asked for %s at %d of shard %d, answered %s"
                                .formatted(state.leader(), what, at, state.id(), error));
            }
            return use.of(answer, records.buffer());
        } finally {
            reply.release().run();
        }
    }

    private PartitionData answer(FetchReply reply) throws IOException {
        List<FetchableTopicResponse> topics = reply.data().responses();
        if (topics.size() != 1
                || topics.getFirst().partitions().size() != 1
                || topics.getFirst().partitions().getFirst().partitionIndex() != state.id()) {
            throw new IOException("node " + state.leader() + " answered what was not asked");
        }
        return topics.getFirst().partitions().getFirst();
    }
}
