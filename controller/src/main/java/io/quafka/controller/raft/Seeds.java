package io.quafka.controller.raft;

import io.quafka.controller.model.Endpoint;
import io.quafka.controller.raft.ControllerConfig.Member;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the controller's members through addresses of which nobody says whose they are: whoever
/// answers at one of them tells who the members are. A name may have several addresses, and others
/// at the next look; how long this JVM remembers them is `networkaddress.cache.ttl` (30 s).
public final class Seeds implements MemberSource {
    /// Most addresses that one look asks; each may take three seconds not to answer.
    static final int ADDRESSES_MAX = 16;

    /// Of an address of which nobody says whose it is: members ask not who was meant.
    private static final int ANY_MEMBER = 0;

    /// What addresses a name has at the moment.
    @FunctionalInterface
    interface Names {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    private final List<Endpoint> seeds;
    private final Names names;
    private final @Nullable RaftTls tls;

    /// @param seeds a name or an address each, and the port of members there
    /// @param tls how members are spoken to; null for in plain
    public Seeds(List<Endpoint> seeds, @Nullable RaftTls tls) {
        this(seeds, InetAddress::getAllByName, tls);
    }

    Seeds(List<Endpoint> seeds, Names names, @Nullable RaftTls tls) {
        this.tls = tls;
        this.seeds = List.copyOf(seeds);
        this.names = names;
    }

    @Override
    public List<Member> members() throws IOException {
        List<Endpoint> asked = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        for (Endpoint seed : seeds) {
            try {
                for (InetAddress address : names.addresses(seed.host())) {
                    asked.add(new Endpoint(literal(address), seed.port()));
                }
            } catch (UnknownHostException _) {
                unknown.add(seed.host());
            }
        }
        for (Endpoint address : asked.subList(0, Math.min(ADDRESSES_MAX, asked.size()))) {
            List<Member> told = Quorum.toldBy(new Member(ANY_MEMBER, address), tls);
            if (!told.isEmpty()) {
                return told;
            }
        }
        throw new IOException(
                "no member of the controller answers at "
                        + asked
                        + (unknown.isEmpty() ? "" : "; there is no address for " + unknown));
    }

    private static String literal(InetAddress address) {
        String literal = address.getHostAddress();
        return address instanceof Inet6Address ? "[" + literal + "]" : literal;
    }
}
