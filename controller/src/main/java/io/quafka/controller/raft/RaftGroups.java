package io.quafka.controller.raft;

import io.quafka.controller.model.Endpoint;
import io.quafka.controller.raft.ControllerConfig.Member;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;

/// The one group that the controller's members form.
final class RaftGroups {
    static final RaftGroupId GROUP_ID =
            RaftGroupId.valueOf(
                    UUID.nameUUIDFromBytes("quafka-controller".getBytes(StandardCharsets.UTF_8)));

    private static final String PEER_PREFIX = "controller-";

    private RaftGroups() {}

    static RaftPeerId peerId(int memberId) {
        return RaftPeerId.valueOf(PEER_PREFIX + memberId);
    }

    /// The member that Ratis knows by this id and address.
    static Member member(String peerId, String address) {
        int colon = address.lastIndexOf(':');
        return new Member(
                Integer.parseInt(peerId.substring(PEER_PREFIX.length())),
                new Endpoint(
                        address.substring(0, colon),
                        Integer.parseInt(address.substring(colon + 1))));
    }

    static RaftGroup group(List<Member> members) {
        return RaftGroup.valueOf(GROUP_ID, members.stream().map(RaftGroups::peer).toList());
    }

    private static RaftPeer peer(Member member) {
        RaftPeer.Builder peer = RaftPeer.newBuilder().setId(peerId(member.id()));
        return member.endpoint() == null
                ? peer.build()
                : peer.setAddress(member.endpoint().toString()).build();
    }
}
