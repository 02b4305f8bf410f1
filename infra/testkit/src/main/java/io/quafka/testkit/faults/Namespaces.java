package io.quafka.testkit.faults;

import io.quafka.testkit.Site;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Each process in a network namespace of its own, all on one bridge, on which this JVM has an
/// address too. A link is cut by telling one end a wrong hardware address of the other: what it
/// sends gets lost, as in a network that fails, and neither end is told.
///
/// Addresses are of 198.18.0.0/15, which is kept for measurements in closed networks.
final class Namespaces implements Network {
    private static final String NOBODY = "02:00:00:00:00:01";
    private static final int SUBNETS = 512;
    private static final int TRIES_MAX = 20;
    private static final int HOSTS_MAX = 250;

    private final String prefix;
    private final int subnet;
    private final List<Site> sites = new CopyOnWriteArrayList<>();
    private final Thread closer = new Thread(this::closeAtExit, "close-network");

    private Namespaces(String prefix, int subnet) {
        this.prefix = prefix;
        this.subnet = subnet;
    }

    /// Null where that is not allowed, or the tools are not there.
    static @Nullable Namespaces open() throws IOException, InterruptedException {
        if (!Command.succeeds("nsenter", "--version")) {
            return null;
        }
        for (int i = 0; i < TRIES_MAX; i++) {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            String name = "qf" + HexFormat.of().toHexDigits((short) random.nextInt(1 << 16));
            Namespaces opened = new Namespaces(name, random.nextInt(SUBNETS));
            if (Command.succeeds("ip", "link", "add", opened.bridge(), "type", "bridge")) {
                try {
                    opened.ip(
                            "address add %s/24 dev %s".formatted(opened.host(1), opened.bridge()),
                            "link set %s up".formatted(opened.bridge()));
                    if (Command.succeeds("ip", "netns", "add", name)) {
                        opened.ip("netns delete " + name);
                        Runtime.getRuntime().addShutdownHook(opened.closer);
                        return opened;
                    }
                } catch (IOException _) {
                    // The subnet is taken.
                }
                opened.close();
            }
        }
        return null;
    }

    private String bridge() {
        return prefix + "b";
    }

    private String host(int number) {
        return "198.%d.%d.%d".formatted(18 + subnet / 256, subnet % 256, number);
    }

    private void ip(String... lines) throws IOException, InterruptedException {
        Command.run(String.join("\n", lines) + "\n", List.of("ip", "-batch", "-"));
    }

    private void ipIn(Site site, String line) throws IOException, InterruptedException {
        Command.run(line + "\n", List.of("ip", "-netns", site.name(), "-batch", "-"));
    }

    @Override
    public Site place(String name) throws IOException, InterruptedException {
        int number = sites.size() + 2;
        if (number > HOSTS_MAX) {
            throw new IOException("more than " + HOSTS_MAX + " places");
        }
        Site site = new Site(prefix + "-" + name, host(number));
        sites.add(site);
        String link = prefix + number;
        ip(
                "netns add " + site.name(),
                "link add %s type veth peer name eth0 netns %s".formatted(link, site.name()),
                "link set %s master %s up".formatted(link, bridge()));
        ipIn(
                site,
                """
                address add %s/24 dev eth0
                link set eth0 up
                link set lo up\
                """
                        .formatted(site.host()));
        return site;
    }

    @Override
    public int port(int usual) {
        return usual;
    }

    @Override
    public boolean cuts() {
        return true;
    }

    @Override
    public void cut(Site from, Site to) throws IOException, InterruptedException {
        ipIn(
                from,
                "neighbour replace %s lladdr %s dev eth0 nud permanent"
                        .formatted(to.host(), NOBODY));
    }

    @Override
    public void heal(Site from, Site to) throws IOException, InterruptedException {
        ipIn(from, "neighbour delete %s dev eth0".formatted(to.host()));
    }

    /// This JVM ends in the middle of a run.
    private void closeAtExit() {
        try {
            delete();
        } catch (IOException e) {
            System.err.println("the network " + prefix + " is left over: " + e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        Runtime.getRuntime().removeShutdownHook(closer);
        delete();
    }

    private void delete() throws IOException, InterruptedException {
        for (Site site : sites) {
            if (!Command.succeeds("ip", "netns", "delete", site.name())) {
                throw new IOException("namespace " + site.name() + " is left over");
            }
        }
        sites.clear();
        ip("link delete " + bridge());
    }
}
