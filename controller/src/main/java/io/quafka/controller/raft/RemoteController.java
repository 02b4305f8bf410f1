package io.quafka.controller.raft;

import io.quafka.controller.Controller;
import io.quafka.controller.Metadata;
import io.quafka.controller.codec.CommandCodec;
import io.quafka.controller.codec.MetadataFormatException;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.raft.ControllerConfig.Member;
import io.quafka.controller.retention.DiskReport;
import io.quafka.controller.retention.NodeMeasure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The controller across the network. The image is kept fresh by a poll that the leader answers
/// when there is something new, or after two seconds.
///
/// A command is retried under one call id, which a leader executes once; where leadership changes
/// hands in the middle it may, rarely, be decided a second time, and is then answered as the second
/// (a topic exists already).
public final class RemoteController implements Controller {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteController.class);
    private static final Duration RETRY_DELAY = Duration.ofMillis(200);

    private final Duration commandTimeout;
    private final RaftLink link;
    private final LocalMetadata metadata;
    private final Thread follower;
    private volatile boolean closed;

    private RemoteController(MemberSource members, Duration commandTimeout, @Nullable RaftTls tls) {
        this.commandTimeout = commandTimeout;
        link = new RaftLink(members, tls);
        metadata = new LocalMetadata("remote");
        follower = Thread.ofVirtual().name("metadata-follower").unstarted(this::follow);
    }

    /// As [#connect(MemberSource, Duration, RaftTls)], in plain, with members that are known
    /// beforehand.
    public static RemoteController connect(List<Member> members, Duration commandTimeout) {
        return connect(MemberSource.of(members), commandTimeout, null);
    }

    /// Starts to follow the controller; returns before the first image is here. Wait for it by
    /// `metadata().awaitVersion(1)`.
    ///
    /// @param members is asked at first, and again where nobody leads of those it named
    /// @param commandTimeout how long a command or a heartbeat is retried before it fails
    /// @param tls how members are spoken to; null for in plain
    public static RemoteController connect(
            MemberSource members, Duration commandTimeout, @Nullable RaftTls tls) {
        RemoteController controller = new RemoteController(members, commandTimeout, tls);
        controller.follower.start();
        return controller;
    }

    @Override
    @SuppressWarnings("unchecked") // every command is decided into the reply that its type names
    public <R> CompletableFuture<R> submit(Command<R> command) {
        byte[] bytes = CommandCodec.encode(new CommandCodec.Proposal(command, Uuid.randomUuid()));
        if (bytes.length > RaftSettings.COMMAND_BYTES_MAX) {
            return CompletableFuture.failedFuture(
                    new IllegalArgumentException(MetadataStateMachine.tooLarge(bytes.length)));
        }
        return link.call(() -> (R) ReplyMessage.replyOf(link.write(bytes)), commandTimeout);
    }

    @Override
    public Metadata metadata() {
        return metadata;
    }

    @Override
    public CompletableFuture<Boolean> heartbeat(int nodeId, @Nullable DiskReport disk) {
        return link.heartbeat(nodeId, disk, commandTimeout);
    }

    @Override
    public CompletableFuture<Map<Integer, NodeMeasure>> measures() {
        return link.measures(commandTimeout);
    }

    @Override
    public void close() {
        closed = true;
        follower.interrupt();
        metadata.close();
        link.close();
    }

    private void follow() {
        boolean lost = false;
        while (!closed) {
            ClusterImage image = metadata.image();
            try {
                Update update =
                        Update.decode(
                                link.ask(
                                                new Query.Follow(
                                                        image.version(),
                                                        MetadataStateMachine.WAIT_MAX_MS))
                                        .getContent()
                                        .asReadOnlyByteBuffer());
                ClusterImage next = update.applyTo(image);
                if (next != image) {
                    metadata.publish(next);
                }
                if (lost) {
                    LOG.atInfo()
                            .addKeyValue("version", next.version())
                            .log("controller found again");
                    lost = false;
                }
            } catch (IOException | MetadataFormatException e) {
                if (!lost && !closed) {
                    LOG.atWarn()
                            .addKeyValue("version", image.version())
                            .setCause(e)
                            .log("controller lost: metadata may be stale");
                }
                lost = true;
                findMembers();
                LockSupport.parkNanos(this, RETRY_DELAY.toNanos());
            }
        }
    }

    private void findMembers() {
        try {
            link.findMembers();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("the controller's members cannot be found");
        }
    }
}
