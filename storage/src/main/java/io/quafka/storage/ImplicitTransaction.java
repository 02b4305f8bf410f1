package io.quafka.storage;

import java.util.List;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.types.RawTaggedField;

/// Tells a storage node that a produce's partitions join its transaction by themselves: so it is
/// from Produce version 12 on (KIP-890), which the message itself does not say. Goes as a tagged
/// field, so that it crosses the network too.
public final class ImplicitTransaction {
    /// Far from the tags that Kafka gives out, from 0 up.
    private static final int TAG = 10_000;

    private ImplicitTransaction() {}

    public static void mark(ProduceRequestData request) {
        if (!isMarked(request)) {
            request.unknownTaggedFields().add(new RawTaggedField(TAG, new byte[0]));
        }
    }

    public static boolean isMarked(ProduceRequestData request) {
        List<RawTaggedField> fields = request.unknownTaggedFields();
        for (RawTaggedField field : fields) {
            if (field.tag() == TAG) {
                return true;
            }
        }
        return false;
    }
}
