package io.quafka.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.utils.ByteUtils;
import org.junit.jupiter.api.Test;

class BoundedReadableTest {
    private static final short VERSION = 3;

    /// What is read must be fit to be written: requests are handed on to other nodes.
    @Test
    void taggedFieldsAscend() {
        ApiVersionsRequestData read = read(0, 7, 300);
        assertThat(read.unknownTaggedFields()).hasSize(3);
        assertThat(MessageUtil.toByteBufferAccessor(read, VERSION).buffer().remaining())
                .isPositive();
        assertThatThrownBy(() -> read(7, 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tagged field 7 after field 7");
        assertThatThrownBy(() -> read(300, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tagged field 0 after field 300");
    }

    private static ApiVersionsRequestData read(int... tags) {
        ByteBuffer bytes = ByteBuffer.allocate(100).put((byte) 2).put((byte) 'a');
        bytes.put((byte) 2).put((byte) 'b').put((byte) tags.length);
        for (int tag : tags) {
            ByteUtils.writeUnsignedVarint(tag, bytes);
            bytes.put((byte) 0);
        }
        ApiVersionsRequestData message = new ApiVersionsRequestData();
        message.read(new BoundedReadable(bytes.flip(), 1000), VERSION);
        return message;
    }
}
