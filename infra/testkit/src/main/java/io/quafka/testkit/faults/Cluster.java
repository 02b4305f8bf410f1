package io.quafka.testkit.faults;

import io.quafka.controller.model.Endpoint;
import io.quafka.controller.raft.ControllerConfig.Member;
import io.quafka.testkit.BrokerOptions;
import io.quafka.testkit.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A whole cluster of processes: controllers, storage nodes, gateways, an object store. Used by one
/// thread.
final class Cluster implements AutoCloseable {
    private static final int HEAP_MIB = 128;
    private static final int CONTROLLER_PORT = 9190;
    private static final int STORAGE_PORT = 9191;
    private static final int GATEWAY_PORT = 9092;
    private static final int STORE_PORT = 9000;
    private static final int VOLUME_MIB = 512;

    /// How many of what.
    ///
    /// @param replicationFactor of the topics that clients work with
    record Size(int controllers, int storageNodes, int gateways, int replicationFactor) {}

    private final Path directory;
    private final Network network;
    private final Size size;
    private final boolean clocks;
    private final List<Part> controllers = new ArrayList<>();
    private final List<Part> storageNodes = new ArrayList<>();
    private final List<Part> gateways = new CopyOnWriteArrayList<>();
    private final List<Part> left = new ArrayList<>();

    /// Of the controller: in the order of its parts.
    private final List<Member> members = new ArrayList<>();

    private int membersMade;
    private @Nullable Store store;

    /// @param directory for data and logs; exists
    /// @param network outlives this
    /// @param clocks whether each process gets a clock of its own, that can be wrong
    Cluster(Path directory, Network network, Size size, boolean clocks) {
        this.clocks = clocks;
        this.directory = directory;
        this.network = network;
        this.size = size;
    }

    /// @throws AssertionError if a process does not come up in time
    void start() throws IOException, InterruptedException {
        store =
                Store.start(
                        Files.createDirectory(directory.resolve("store")),
                        network.place("s3"),
                        network.port(STORE_PORT));
        List<Site> sites = new ArrayList<>();
        for (int i = 0; i < size.controllers(); i++) {
            sites.add(placeMember());
        }
        for (int i = 0; i < size.controllers(); i++) {
            controllers.add(controller(members.get(i), sites.get(i), false));
        }
        for (int i = 1; i <= size.storageNodes(); i++) {
            storageNodes.add(storageNode("storage-" + i, network.place("n" + i)));
        }
        for (int i = 1; i <= size.gateways(); i++) {
            gateways.add(gateway("gateway-" + i, network.place("g" + i)));
        }
        // All at once: they wait for each other as they would anywhere.
        parts().forEach(Part::launch);
        for (Part part : parts()) {
            part.awaitReady();
        }
    }

    private Site placeMember() throws IOException, InterruptedException {
        membersMade++;
        Site site = network.place("c" + membersMade);
        members.add(
                new Member(membersMade, new Endpoint(site.host(), network.port(CONTROLLER_PORT))));
        return site;
    }

    private String told() {
        return members.stream()
                .map(member -> member.id() + "@" + member.endpoint())
                .collect(Collectors.joining(","));
    }

    private Part controller(Member member, Site site, boolean joining) throws IOException {
        String name = "controller-" + member.id();
        BrokerOptions options =
                options(name, "controller", site)
                        .with("controller.member.id", Integer.toString(member.id()))
                        .with("controller.join", Boolean.toString(joining));
        return part(name, options, null);
    }

    private Part part(String name, BrokerOptions options, @Nullable Volume volume)
            throws IOException {
        Part part = new Part(name, options, volume);
        if (clocks) {
            part.goBy(Clock.in(directory.resolve(name)));
        }
        return part;
    }

    private BrokerOptions options(String name, String role, Site site) throws IOException {
        return BrokerOptions.in(Files.createDirectories(directory.resolve(name)))
                .withRole(role)
                .at(site)
                .withHeapMib(HEAP_MIB)
                .with("controller.members", told())
                .with("controller.timeout", "2m");
    }

    private BrokerOptions storing(BrokerOptions options) {
        BrokerOptions all = options;
        if (store != null) {
            for (var setting : store.settings().entrySet()) {
                all = all.with(setting.getKey(), setting.getValue());
            }
        }
        return all;
    }

    private Part storageNode(String name, Site site) throws IOException, InterruptedException {
        BrokerOptions options =
                storing(options(name, "storage", site))
                        .withPort(network.port(STORAGE_PORT))
                        .withSmallSegments()
                        .with("storage.index.memtable.bytes", "1MiB")
                        .with("storage.retention.interval", "1s")
                        .with("group.initial.rebalance.delay.ms", "100");
        Volume volume =
                Volume.mount(Files.createDirectory(directory.resolve(name + "-disk")), VOLUME_MIB);
        return part(
                name,
                volume == null ? options : options.withData(volume.folder().resolve("data")),
                volume);
    }

    private Part gateway(String name, Site site) throws IOException {
        return part(
                name,
                storing(options(name, "gateway", site)).withPort(network.port(GATEWAY_PORT)),
                null);
    }

    /// A gateway leaves for good and another one, with a directory and an address of its own,
    /// comes.
    ///
    /// @return the new one, started
    Part replaceGateway(Part old, int number) throws IOException, InterruptedException {
        old.terminate();
        Part next = gateway("gateway-" + number, network.place("g" + number));
        gateways.set(gateways.indexOf(old), next);
        left.add(old);
        next.start();
        return next;
    }

    /// A member of the controller, which was killed, does not come back; another one, with a
    /// number, a directory and an address of its own, takes its place. Others are told at their
    /// next start.
    ///
    /// @throws AssertionError if it does not come up, or is not taken in, in time
    void replaceController(Part lost) throws IOException, InterruptedException {
        int index = controllers.indexOf(lost);
        Member gone = members.get(index);
        Site site = placeMember();
        Member added = members.getLast();
        Part next = controller(added, site, true);
        next.start();
        new MemberChange(List.copyOf(members), gone, added).make();
        members.remove(index);
        controllers.remove(index);
        controllers.add(next);
        left.add(lost);
        parts().forEach(part -> part.set("controller.members", told()));
    }

    /// Has all shards go one storage node on; see [ShardChange].
    ShardChange shardChange() {
        return new ShardChange(List.copyOf(members));
    }

    List<Part> controllers() {
        return List.copyOf(controllers);
    }

    List<Part> storageNodes() {
        return List.copyOf(storageNodes);
    }

    List<Part> gateways() {
        return List.copyOf(gateways);
    }

    List<Part> parts() {
        return Stream.of(controllers, storageNodes, gateways).flatMap(List::stream).toList();
    }

    /// Those that are here, and those that left.
    List<Part> everyPart() {
        return Stream.of(parts(), left).flatMap(List::stream).toList();
    }

    Store store() {
        if (store == null) {
            throw new IllegalStateException("not started");
        }
        return store;
    }

    /// Where clients begin. Safe on any thread.
    String bootstrap() {
        return gateways.stream().map(Part::address).collect(Collectors.joining(","));
    }

    @Override
    public void close() throws InterruptedException {
        for (Part part : everyPart().reversed()) {
            part.close();
        }
        if (store != null) {
            store.close();
        }
    }
}
