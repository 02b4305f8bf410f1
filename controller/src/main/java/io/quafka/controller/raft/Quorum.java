package io.quafka.controller.raft;

import io.quafka.controller.model.Endpoint;
import io.quafka.controller.raft.ControllerConfig.Member;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.GroupInfoReply;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/// Who the controller's members are, and changes of that, one member at a time: Raft's joint
/// consensus (Ongaro and Ousterhout, 2014, section 6) as Ratis has it. Calls block; one thread.
public final class Quorum {
    /// How long one member may take to answer.
    private static final TimeDuration ANSWER_MAX = TimeDuration.valueOf(3, TimeUnit.SECONDS);

    /// What a member says of itself.
    ///
    /// @param role `leader`, `follower`, `candidate` or `listener`; `silent` where it does not
    ///   answer
    /// @param applied index of the last log entry that it applied, or -1
    public record MemberState(int id, Endpoint address, String role, long applied) {
        private static final String SILENT = "silent";

        public boolean leads() {
            return role.equals("leader");
        }
    }

    private final List<Member> known;
    private final Duration changeMax;
    private final @Nullable RaftTls tls;

    /// @param known members to ask; some may be down, others missing
    /// @param changeMax how long a change may take: a new member gets the whole state before it
    ///   counts
    public Quorum(List<Member> known, Duration changeMax) {
        this(known, changeMax, null);
    }

    /// @param tls how members are spoken to; null for in plain
    public Quorum(List<Member> known, Duration changeMax, @Nullable RaftTls tls) {
        this.tls = tls;
        this.known = List.copyOf(known);
        this.changeMax = changeMax;
    }

    /// A client that speaks to one member, once.
    private static RaftClient client(Member member, TimeDuration answerMax, @Nullable RaftTls tls) {
        RaftProperties properties = RaftSettings.client();
        RaftClientConfigKeys.Rpc.setRequestTimeout(properties, answerMax);
        return RaftClient.newBuilder()
                .setProperties(properties)
                .setParameters(RaftTls.parameters(tls))
                .setRaftGroup(RaftGroups.group(List.of(member)))
                .setLeaderId(RaftGroups.peerId(member.id()))
                .setRetryPolicy(RetryPolicies.noRetry())
                .build();
    }

    /// @return null where it does not answer
    private static @Nullable GroupInfoReply ask(Member member, @Nullable RaftTls tls) {
        try (RaftClient client = client(member, ANSWER_MAX, tls)) {
            GroupInfoReply reply =
                    client.getGroupManagementApi(RaftGroups.peerId(member.id()))
                            .info(RaftGroups.GROUP_ID);
            return reply.isSuccess() ? reply : null;
        } catch (IOException | StatusRuntimeException _) {
            return null;
        }
    }

    private static MemberState state(Member member, @Nullable GroupInfoReply reply) {
        Endpoint address = Objects.requireNonNull(member.endpoint());
        return reply == null
                ? new MemberState(member.id(), address, MemberState.SILENT, -1)
                : new MemberState(
                        member.id(),
                        address,
                        reply.getRoleInfoProto().getRole().name().toLowerCase(Locale.ROOT),
                        reply.getLogInfoProto().getApplied().getIndex());
    }

    private static boolean leads(GroupInfoReply reply) {
        return reply.getRoleInfoProto().getRole() == RaftPeerRole.LEADER;
    }

    private static List<Member> peers(GroupInfoReply reply) {
        List<Member> members = new ArrayList<>();
        if (reply.getConf().isPresent()) {
            for (RaftPeerProto peer : reply.getConf().get().getPeersList()) {
                members.add(RaftGroups.member(peer.getId().toStringUtf8(), peer.getAddress()));
            }
        }
        return members;
    }

    /// Who the members are, by what one of them says; empty where it does not answer or belongs to
    /// no group yet.
    static List<Member> toldBy(Member member, @Nullable RaftTls tls) {
        GroupInfoReply reply = ask(member, tls);
        return reply == null ? List.of() : peers(reply);
    }

    private static String describe(Member member) {
        return "member " + member.id() + " at " + member.endpoint();
    }

    /// The members that are in force, by ascending id; those that were named to this object if none
    /// of them says who is.
    public List<MemberState> members() {
        Map<Integer, MemberState> states = new TreeMap<>();
        List<Member> inForce = known;
        boolean told = false;
        for (Member member : known) {
            GroupInfoReply reply = ask(member, tls);
            states.put(member.id(), state(member, reply));
            if (reply != null && (!told || leads(reply)) && !peers(reply).isEmpty()) {
                inForce = peers(reply);
                told = true;
            }
        }
        List<MemberState> found = new ArrayList<>();
        for (Member member : inForce) {
            MemberState state = states.get(member.id());
            found.add(state == null ? state(member, ask(member, tls)) : state);
        }
        found.sort(Comparator.comparingInt(MemberState::id));
        return found;
    }

    /// Takes a member in, which has been started to join.
    ///
    /// @throws IOException where there is no leader, the member is one already, it does not answer,
    ///   or the change was not made in time; it may then be made later
    public void add(Member member) throws IOException {
        List<MemberState> states = led();
        List<Member> now = members(states);
        for (Member other : now) {
            if (other.id() == member.id() || Objects.equals(member.endpoint(), other.endpoint())) {
                throw new IOException(describe(other) + " is a member already");
            }
        }
        if (ask(member, tls) == null) {
            throw new IOException(
                    describe(member) + " does not answer: start it first, with --join");
        }
        List<Member> next = new ArrayList<>(now);
        next.add(member);
        change(leader(states), now, next);
    }

    /// Leaves a member out. Stop it afterwards.
    ///
    /// @throws IOException where there is no leader, no such member, no other member, or the change
    ///   was not made in time; it may then be made later
    public void remove(int id) throws IOException {
        List<MemberState> states = led();
        List<Member> now = members(states);
        List<Member> next = now.stream().filter(member -> member.id() != id).toList();
        if (next.size() == now.size()) {
            throw new IOException("there is no member " + id);
        }
        if (next.isEmpty()) {
            throw new IOException("member " + id + " is the only one");
        }
        change(leader(states), now, next);
    }

    private List<MemberState> led() throws IOException {
        List<MemberState> states = members();
        if (states.stream().noneMatch(MemberState::leads)) {
            throw new IOException("no member leads at the moment: a majority has to be up");
        }
        return states;
    }

    private static List<Member> members(List<MemberState> states) {
        return states.stream().map(state -> new Member(state.id(), state.address())).toList();
    }

    private static Member leader(List<MemberState> states) {
        return members(states.stream().filter(MemberState::leads).toList()).getFirst();
    }

    /// Only if the members are still those that the decision was made on.
    private void change(Member leader, List<Member> now, List<Member> next) throws IOException {
        TimeDuration limit = TimeDuration.valueOf(changeMax.toMillis(), TimeUnit.MILLISECONDS);
        try (RaftClient client = client(leader, limit, tls)) {
            RaftClientReply reply =
                    client.admin()
                            .setConfiguration(
                                    SetConfigurationRequest.Arguments.newBuilder()
                                            .setServersInCurrentConf(
                                                    List.copyOf(RaftGroups.group(now).getPeers()))
                                            .setServersInNewConf(
                                                    List.copyOf(RaftGroups.group(next).getPeers()))
                                            .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                                            .build());
            if (!reply.isSuccess()) {
                IOException cause = reply.getException();
                throw cause == null ? new IOException("the leader refused: " + reply) : cause;
            }
        } catch (StatusRuntimeException e) {
            throw new IOException(describe(leader) + " does not answer: " + e.getMessage(), e);
        }
    }
}
