package io.quafka.controller.logic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quafka.controller.codec.CommandCodec;
import io.quafka.controller.codec.CommandCodec.Proposal;
import io.quafka.controller.codec.MetadataFormatException;
import io.quafka.controller.codec.RecordCodec;
import io.quafka.controller.codec.ReplyCodec;
import io.quafka.controller.model.ClusterImage;
import io.quafka.controller.model.Command;
import io.quafka.controller.model.MetadataRecord;
import io.quafka.controller.model.Node;
import io.quafka.controller.model.NodeRole;
import io.quafka.controller.model.ShardState;
import io.quafka.controller.model.Topic;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What must hold after any sequence of commands.
class ControllerPropertiesTest {
    private static final int STEPS = 400;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void imagesStaySoundAndAreTheSameByEveryWay(long seed) {
        RandomCommands commands = new RandomCommands(seed);
        ClusterImage direct = ClusterImage.EMPTY;
        ClusterImage replayed = ClusterImage.EMPTY;
        long created = 0;
        for (int step = 0; step < STEPS; step++) {
            Proposal proposal = new Proposal(commands.next(direct), commands.uuid());
            Proposal read = CommandCodec.decode(ByteBuffer.wrap(CommandCodec.encode(proposal)));
            assertThat(read).isEqualTo(proposal);

            Decision decision = decide(direct, proposal);
            assertThat(decide(direct, read)).isEqualTo(decision);
            ClusterImage next = decision.applyTo(direct);
            assertThat(decision.reply().version()).isEqualTo(next.version());
            assertThat(ReplyCodec.decode(ByteBuffer.wrap(ReplyCodec.encode(decision.reply()))))
                    .isEqualTo(decision.reply());

            List<MetadataRecord> records =
                    RecordCodec.decode(ByteBuffer.wrap(RecordCodec.encode(decision.records())));
            assertThat(records).isEqualTo(decision.records());
            created +=
                    records.stream().filter(MetadataRecord.TopicCreated.class::isInstance).count();
            if (!records.isEmpty()) {
                replayed = ImageBuilder.apply(replayed, records);
            }
            assertThat(replayed).isEqualTo(next);
            checkSound(direct, next);
            direct = next;
        }
        ImageBuilder fromSnapshot = new ImageBuilder(ClusterImage.EMPTY);
        RecordCodec.decode(ByteBuffer.wrap(RecordCodec.encode(ImageBuilder.records(direct))))
                .forEach(fromSnapshot::apply);
        assertThat(fromSnapshot.build(direct.version())).isEqualTo(direct);
        // The commands were such that something came of them.
        assertThat(created).isGreaterThan(5);
        assertThat(direct.shards()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void damagedBytesAreRefusedAndNothingElseHappens(long seed) {
        RandomCommands commands = new RandomCommands(seed);
        SplittableRandom random = new SplittableRandom(seed);
        ClusterImage image = ClusterImage.EMPTY;
        int refused = 0;
        for (int step = 0; step < STEPS; step++) {
            Proposal proposal = new Proposal(commands.next(image), commands.uuid());
            Decision decision = decide(image, proposal);
            image = decision.applyTo(image);
            refused += mutate(CommandCodec.encode(proposal), random, CommandCodec::decode);
            refused += mutate(RecordCodec.encode(decision.records()), random, RecordCodec::decode);
            refused += mutate(ReplyCodec.encode(decision.reply()), random, ReplyCodec::decode);
        }
        assertThat(refused).isGreaterThan(STEPS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 255})
    void anotherVersionIsRefusedByName(int version) {
        byte[] command =
                CommandCodec.encode(new Proposal(new Command.UnregisterNode(1), new Uuid(1, 1)));
        command[0] = (byte) version;
        assertThatThrownBy(() -> CommandCodec.decode(ByteBuffer.wrap(command)))
                .isInstanceOf(MetadataFormatException.class)
                .hasMessageContaining("format version " + version)
                .hasMessageContaining("reads version 1 only");
    }

    private interface Decoder {
        Object decode(ByteBuffer bytes);
    }

    private static int mutate(byte[] bytes, SplittableRandom random, Decoder decoder) {
        int refused = 0;
        for (int i = 0; i < 4; i++) {
            byte[] damaged = bytes.clone();
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            int length = random.nextBoolean() ? damaged.length : random.nextInt(damaged.length);
            try {
                Objects.requireNonNull(decoder.decode(ByteBuffer.wrap(damaged, 0, length)));
            } catch (MetadataFormatException e) {
                refused++;
            }
        }
        return refused;
    }

    private static Decision decide(ClusterImage image, Proposal proposal) {
        return ControllerLogic.decide(image, proposal.command(), IdSource.from(proposal.entropy()));
    }

    private static void checkSound(ClusterImage before, ClusterImage image) {
        assertThat(image.indexes()).isEqualTo(countedAnew(image));
        assertThat(image.topicIds()).hasSameSizeAs(image.topicsByName());
        for (Topic topic : image.topicsByName().values()) {
            assertThat(image.topic(topic.id())).isSameAs(topic);
            for (int partition = 0; partition < topic.partitionCount(); partition++) {
                assertThat(image.shardOf(topic, partition)).isNotNull();
            }
            Topic old = before.topic(topic.id());
            if (old != null) {
                assertThat(topic.partitionCount()).isGreaterThanOrEqualTo(old.partitionCount());
            }
        }
        for (ShardState shard : image.shards().values()) {
            assertThat(shard.inSync()).isNotEmpty().isSubsetOf(shard.replicas());
            assertThat(shard.replicas()).doesNotHaveDuplicates().containsAll(shard.adding());
            assertThat(shard.replicas()).containsAll(shard.removing());
            assertThat(shard.target()).isNotEmpty();
            assertThat(shard.original()).isNotEmpty();
            if (shard.leader() != ShardState.NO_LEADER) {
                Node leader = Objects.requireNonNull(image.node(shard.leader()));
                assertThat(leader.fenced()).isFalse();
                assertThat(shard.inSync()).contains(shard.leader());
            }
            ShardState old = before.shard(shard.id());
            if (old != null) {
                assertThat(shard.epoch()).isGreaterThanOrEqualTo(old.epoch());
                assertThat(shard.revision() > old.revision()).isEqualTo(!shard.equals(old));
                if (!old.replicas().containsAll(shard.replicas())) {
                    assertThat(shard.epoch()).isGreaterThan(old.epoch());
                }
                assertThat(shard.inSync()).isSubsetOf(old.replicas());
                if (shard.leader() != old.leader() && shard.leader() != ShardState.NO_LEADER) {
                    assertThat(shard.epoch()).isGreaterThan(old.epoch());
                }
            }
        }
        assertThat(image.nextProducerId()).isGreaterThanOrEqualTo(before.nextProducerId());
        assertThat(image.nextNodeId()).isGreaterThanOrEqualTo(before.nextNodeId());
        assertThat(image.nodes().values())
                .allMatch(n -> n.id() < image.nextNodeId() && !n.roles().isEmpty())
                .allMatch(n -> !n.plays(NodeRole.STORAGE) || n.storage() != null);
    }

    private static Object countedAnew(ClusterImage image) {
        return new ClusterImage(
                        image.version(),
                        image.clusterId(),
                        image.nodes(),
                        image.shards(),
                        image.topicsByName(),
                        image.topicIds(),
                        image.defaults(),
                        image.nextProducerId(),
                        image.nextNodeId(),
                        image.nextShardId())
                .indexes();
    }
}
