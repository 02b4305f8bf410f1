package io.quafka.storage;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/// Topics that a streams group lacks, on their way from its coordinator, which cannot make them, to
/// the gateway, which can: a tagged field of the answer that no client is shown.
public final class WantedTopics {
    /// Far from Kafka's own tags, which count from 0.
    private static final int TAG = 20_806;

    private static final short VERSION = 7;

    private WantedTopics() {}

    /// Adds topics to an answer, which has none yet.
    public static void put(
            StreamsGroupHeartbeatResponseData answer, Collection<CreatableTopic> topics) {
        if (topics.isEmpty()) {
            return;
        }
        var wanted = new CreatableTopicCollection(topics.size());
        topics.forEach(topic -> wanted.add(topic.duplicate()));
        ByteBuffer bytes =
                MessageUtil.toByteBufferAccessor(
                                new CreateTopicsRequestData().setTopics(wanted), VERSION)
                        .buffer();
        byte[] data = new byte[bytes.remaining()];
        bytes.get(data);
        answer.unknownTaggedFields().add(new RawTaggedField(TAG, data));
    }

    /// Takes the topics out of an answer again.
    public static List<CreatableTopic> take(StreamsGroupHeartbeatResponseData answer) {
        List<RawTaggedField> fields = answer.unknownTaggedFields();
        for (RawTaggedField field : List.copyOf(fields)) {
            if (field.tag() == TAG) {
                fields.remove(field);
                var wanted = new CreateTopicsRequestData();
                wanted.read(new ByteBufferAccessor(ByteBuffer.wrap(field.data())), VERSION);
                return List.copyOf(wanted.topics());
            }
        }
        return List.of();
    }
}
