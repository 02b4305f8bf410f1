package io.quafka.controller.codec;

import io.quafka.controller.model.Reply;
import io.quafka.controller.model.Reply.AclsDeleted;
import io.quafka.controller.model.Reply.Configs;
import io.quafka.controller.model.Reply.Done;
import io.quafka.controller.model.Reply.NodeRegistered;
import io.quafka.controller.model.Reply.Outcome;
import io.quafka.controller.model.Reply.Outcomes;
import io.quafka.controller.model.Reply.ProducerIds;
import io.quafka.controller.model.Reply.TopicOutcome;
import io.quafka.controller.model.Reply.Topics;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigResource;

/// Replies as bytes: what a caller in another process gets.
///
/// ```
/// reply = u8 version (1), u8 kind, uvar version of the image, fields:
///   1 Done
///   2 NodeRegistered  svar nodeId, error, nullable string message
///   3 Topics          list of (string name, uuid id, error, nullable string message, nullable topic)
///   4 Configs         list of (resource, error, nullable string message)
///   5 ProducerIds     uvar first, svar count
///  30 Outcomes        list of (error, nullable string message)
///  31 AclsDeleted     list of list of acl
/// ```
public final class ReplyCodec {
    static final int VERSION = 1;

    private ReplyCodec() {}

    public static byte[] encode(Reply reply) {
        BinaryWriter out = new BinaryWriter(128).u8(VERSION);
        switch (reply) {
            case Done r -> out.u8(1).uvar(r.version());
            case NodeRegistered r -> {
                Fields.error(out.u8(2).uvar(r.version()).svar(r.nodeId()), r.error());
                out.nullable(r.message(), BinaryWriter::string);
            }
            case Topics r ->
                    out.u8(3).uvar(r.version()).list(r.outcomes(), ReplyCodec::topicOutcome);
            case Configs r ->
                    out.u8(4)
                            .uvar(r.version())
                            .list(
                                    r.outcomes().entrySet(),
                                    (w, e) -> {
                                        Fields.error(
                                                CommandCodec.resource(w, e.getKey()),
                                                e.getValue().error());
                                        w.nullable(e.getValue().message(), BinaryWriter::string);
                                    });
            case Outcomes r -> out.u8(30).uvar(r.version()).list(r.outcomes(), ReplyCodec::outcome);
            case AclsDeleted r ->
                    out.u8(31)
                            .uvar(r.version())
                            .list(r.deleted(), (w, acls) -> w.list(acls, SecurityFields::acl));
            case ProducerIds r -> out.u8(5).uvar(r.version()).uvar(r.first()).svar(r.count());
        }
        return out.toBytes();
    }

    /// @throws MetadataFormatException for bytes that are damaged or of another version
    public static Reply decode(ByteBuffer bytes) {
        BinaryReader in = new BinaryReader(bytes, "a controller's reply");
        in.version(VERSION);
        int kind = in.u8();
        long version = in.uvar();
        Reply reply =
                switch (kind) {
                    case 1 -> new Done(version);
                    case 2 ->
                            new NodeRegistered(
                                    version,
                                    in.svarInt(),
                                    Fields.error(in),
                                    in.nullable(BinaryReader::string));
                    case 3 -> new Topics(version, in.list(20, ReplyCodec::topicOutcome));
                    case 4 -> new Configs(version, configs(in));
                    case 5 -> new ProducerIds(version, in.uvar(), in.svarInt());
                    case 30 -> new Outcomes(version, in.list(2, ReplyCodec::outcome));
                    case 31 ->
                            new AclsDeleted(
                                    version, in.list(1, r -> r.list(7, SecurityFields::acl)));
                    default -> throw in.bad("an unknown kind of reply: " + kind);
                };
        in.end();
        return reply;
    }

    private static void outcome(BinaryWriter out, Outcome outcome) {
        Fields.error(out, outcome.error());
        out.nullable(outcome.message(), BinaryWriter::string);
    }

    private static Outcome outcome(BinaryReader in) {
        return new Outcome(Fields.error(in), in.nullable(BinaryReader::string));
    }

    private static void topicOutcome(BinaryWriter out, TopicOutcome outcome) {
        Fields.error(out.string(outcome.name()).uuid(outcome.id()), outcome.error());
        out.nullable(outcome.message(), BinaryWriter::string)
                .nullable(outcome.topic(), Fields::topic);
    }

    private static TopicOutcome topicOutcome(BinaryReader in) {
        return new TopicOutcome(
                in.string(),
                in.uuid(),
                Fields.error(in),
                in.nullable(BinaryReader::string),
                in.nullable(Fields::topic));
    }

    private static Map<ConfigResource, Outcome> configs(BinaryReader in) {
        int count = in.count(4);
        Map<ConfigResource, Outcome> outcomes = LinkedHashMap.newLinkedHashMap(count);
        for (int i = 0; i < count; i++) {
            outcomes.put(
                    CommandCodec.resource(in),
                    new Outcome(Fields.error(in), in.nullable(BinaryReader::string)));
        }
        return outcomes;
    }
}
