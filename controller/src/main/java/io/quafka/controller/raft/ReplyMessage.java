package io.quafka.controller.raft;

import io.quafka.controller.codec.ReplyCodec;
import io.quafka.controller.model.Reply;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;

/// A reply on its way out of the state machine: bytes are made only if it leaves the process.
record ReplyMessage(Reply reply) implements Message {
    @Override
    public ByteString getContent() {
        return UnsafeByteOperations.unsafeWrap(ReplyCodec.encode(reply));
    }

    static Reply replyOf(Message message) {
        return message instanceof ReplyMessage(Reply reply)
                ? reply
                : ReplyCodec.decode(message.getContent().asReadOnlyByteBuffer());
    }
}
