package io.quafka.testkit.faults;

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
    private final List<Part> controllers = new ArrayList<>();
    private final List<Part> storageNodes = new ArrayList<>();
    private final List<Part> gateways = new CopyOnWriteArrayList<>();
    private String members = "";
    private @Nullable Store store;

    /// @param directory for data and logs; exists
    Cluster(Path directory, Network network, Size size) {
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
        List<Integer> ports = new ArrayList<>();
        StringBuilder list = new StringBuilder();
        for (int id = 1; id <= size.controllers(); id++) {
            sites.add(network.place("c" + id));
            ports.add(network.port(CONTROLLER_PORT));
            list.append(id == 1 ? "" : ",")
                    .append("%d@%s:%d".formatted(id, sites.getLast().host(), ports.getLast()));
        }
        members = list.toString();
        for (int id = 1; id <= size.controllers(); id++) {
            BrokerOptions options =
                    options("controller-" + id, "controller", sites.get(id - 1))
                            .withPort(ports.get(id - 1))
                            .with("controller.member.id", Integer.toString(id));
            controllers.add(new Part("controller-" + id, options, null));
        }
        for (int i = 1; i <= size.storageNodes(); i++) {
            storageNodes.add(storageNode("storage-" + i, network.place("n" + i)));
        }
        for (int i = 1; i <= size.gateways(); i++) {
            gateways.add(gateway("gateway-" + i, network.place("g" + i)));
        }
        launch(controllers);
        launch(storageNodes);
        launch(gateways);
    }

    private static void launch(List<Part> parts) throws InterruptedException {
        parts.forEach(Part::launch);
        for (Part part : parts) {
            part.awaitReady();
        }
    }

    private BrokerOptions options(String name, String role, Site site) throws IOException {
        return BrokerOptions.in(Files.createDirectories(directory.resolve(name)))
                .withRole(role)
                .at(site)
                .withHeapMib(HEAP_MIB)
                .with("controller.members", members)
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
        return new Part(
                name,
                volume == null ? options : options.withData(volume.folder().resolve("data")),
                volume);
    }

    private Part gateway(String name, Site site) throws IOException {
        return new Part(
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
        next.start();
        return next;
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
    public void close() throws IOException, InterruptedException {
        for (Part part : parts().reversed()) {
            part.close();
        }
        if (store != null) {
            store.close();
        }
        network.close();
    }
}
