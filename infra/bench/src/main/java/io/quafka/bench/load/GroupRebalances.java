package io.quafka.bench.load;

import io.quafka.bench.client.Groups;
import io.quafka.bench.client.KafkaSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocolCollection;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData.SyncGroupRequestAssignment;
import org.apache.kafka.common.message.SyncGroupResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/// Many members of one group by the classic protocol, all of which join again at once with another
/// subscription. Latency is from the first JoinGroup to the last member's answer to SyncGroup.
final class GroupRebalances {
    private static final String GROUP = "rebalanced";
    private static final short JOIN_VERSION = 5;
    private static final short SYNC_VERSION = 3;
    private static final int SESSION_TIMEOUT_MS = 60_000;
    private static final int PAUSE_MS = 5;

    private GroupRebalances() {}

    /// Arguments: `port`, `members`, `rounds`.
    static LoadResult run(Arguments arguments)
            throws IOException, InterruptedException, ExecutionException {
        int port = arguments.integer("port");
        int count = arguments.integer("members");
        int rounds = arguments.integer("rounds");
        Histogram latency = PacedProducer.newHistogram();
        List<Member> members = new ArrayList<>();
        try (KafkaSocket socket = new KafkaSocket(port)) {
            Groups.awaitCoordinator(socket, GROUP);
        }
        long start = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < count; i++) {
                members.add(new Member(new KafkaSocket(port)));
            }
            // The group forms, which takes the coordinator's first delay; it is not measured.
            settle(threads, members, 0);
            for (int round = 1; round <= rounds; round++) {
                long before = System.nanoTime();
                settle(threads, members, round);
                PacedProducer.record(latency, System.nanoTime() - before);
            }
        } finally {
            for (Member member : members) {
                member.socket.close();
            }
        }
        return LoadResult.of(rounds, 0, System.nanoTime() - start, latency);
    }

    /// Has all members join until they are all in one generation.
    private static void settle(ExecutorService threads, List<Member> members, int round)
            throws InterruptedException, ExecutionException {
        boolean one = false;
        while (!one) {
            List<Future<Integer>> joining = new ArrayList<>();
            for (Member member : members) {
                joining.add(threads.submit(() -> member.join(round)));
            }
            one = true;
            int generation = joining.getFirst().get();
            for (Future<Integer> member : joining) {
                one &= member.get() == generation;
            }
        }
    }

    private static final class Member {
        private final KafkaSocket socket;
        private String id = "";

        Member(KafkaSocket socket) {
            this.socket = socket;
        }

        /// @return the generation that it got its share in
        int join(int round) throws IOException, InterruptedException {
            byte[] subscription = ByteBuffer.allocate(Integer.BYTES).putInt(round).array();
            while (true) {
                var protocols = new JoinGroupRequestProtocolCollection();
                protocols.add(
                        new JoinGroupRequestProtocol().setName("range").setMetadata(subscription));
                var joined =
                        (JoinGroupResponseData)
                                socket.call(
                                        ApiKeys.JOIN_GROUP,
                                        JOIN_VERSION,
                                        new JoinGroupRequestData()
                                                .setGroupId(GROUP)
                                                .setMemberId(id)
                                                .setProtocolType("consumer")
                                                .setSessionTimeoutMs(SESSION_TIMEOUT_MS)
                                                .setRebalanceTimeoutMs(SESSION_TIMEOUT_MS)
                                                .setProtocols(protocols));
                Errors error = Errors.forCode(joined.errorCode());
                if (error == Errors.MEMBER_ID_REQUIRED) {
                    id = joined.memberId();
                } else if (error == Errors.NONE && isSynchronized(joined)) {
                    return joined.generationId();
                } else if (error != Errors.NONE) {
                    passOrFail(error);
                }
            }
        }

        private boolean isSynchronized(JoinGroupResponseData joined)
                throws IOException, InterruptedException {
            id = joined.memberId();
            List<SyncGroupRequestAssignment> shares = new ArrayList<>();
            if (joined.leader().equals(id)) {
                for (var member : joined.members()) {
                    shares.add(
                            new SyncGroupRequestAssignment()
                                    .setMemberId(member.memberId())
                                    .setAssignment(member.metadata()));
                }
            }
            var answer =
                    (SyncGroupResponseData)
                            socket.call(
                                    ApiKeys.SYNC_GROUP,
                                    SYNC_VERSION,
                                    new SyncGroupRequestData()
                                            .setGroupId(GROUP)
                                            .setMemberId(id)
                                            .setGenerationId(joined.generationId())
                                            .setAssignments(shares));
            Errors error = Errors.forCode(answer.errorCode());
            if (error != Errors.NONE && error != Errors.REBALANCE_IN_PROGRESS) {
                passOrFail(error);
            }
            return error == Errors.NONE;
        }

        private static void passOrFail(Errors error) throws IOException, InterruptedException {
            switch (error) {
                case COORDINATOR_LOAD_IN_PROGRESS,
                        COORDINATOR_NOT_AVAILABLE,
                        NOT_COORDINATOR,
                        REBALANCE_IN_PROGRESS ->
                        TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
                default -> throw new IOException("a member was refused: " + error);
            }
        }
    }
}
