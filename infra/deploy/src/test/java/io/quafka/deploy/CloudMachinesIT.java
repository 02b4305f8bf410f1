package io.quafka.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/// What terraform would have instances run, run: each machine has a network interface and a file
/// system of its own, its user data installs the program and starts it, and clients go through a
/// load balancer. Only AWS itself is pretended.
class CloudMachinesIT {
    private static final String BALANCER = "10.42.0.1";
    private static final String MEMBERS = "1@10.42.0.11:9190,2@10.42.0.12:9190,3@10.42.0.13:9190";
    private static final Map<String, String> CLIENT =
            Map.of("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    private static final Duration MAX = Duration.ofSeconds(90);

    @TempDir(cleanup = CleanupMode.NEVER)
    private Path directory;

    private Process room;
    private long roomPid;
    private String sha256;
    private final List<Machine> machines = new ArrayList<>();

    @BeforeEach
    void network() throws Exception {
        Path bucket = Files.createDirectories(directory.resolve("cloud/bucket/program"));
        Files.createDirectories(directory.resolve("cloud/volumes"));
        Files.copy(
                DistributionIT.EXECUTABLE,
                bucket.resolve("quafka"),
                StandardCopyOption.COPY_ATTRIBUTES);
        byte[] digest =
                MessageDigest.getInstance("SHA-256")
                        .digest(Files.readAllBytes(bucket.resolve("quafka")));
        sha256 = HexFormat.of().formatHex(digest);
        // Unpacked once for all machines.
        Map<String, String> environment = new HashMap<>(CLIENT);
        environment.put("QUAFKA_CACHE", cache().toString());
        Run.start(
                        directory,
                        environment,
                        List.of(DistributionIT.EXECUTABLE.toString(), "--version"))
                .succeed();
        Path out = directory.resolve("room");
        room = Machine.room(BALANCER + "/16", out);
        await().atMost(MAX)
                .until(() -> Files.readString(out).startsWith("room ") || !room.isAlive());
        if (!Files.readString(out).startsWith("room ")) {
            String why = Files.readString(out);
            if ("required".equals(System.getenv("REQUIRE_CLIENTS"))) {
                throw new AssertionError("no network for machines: " + why);
            }
            abort("no network for machines can be made here (it takes root): " + why);
        }
        roomPid = Long.parseLong(Files.readString(out).strip().substring("room ".length()));
    }

    private Path cache() {
        return directory.resolve("cloud/cache");
    }

    @AfterEach
    void powerOff() throws Exception {
        for (Machine machine : machines) {
            machine.close();
        }
        room.destroy();
        room.waitFor();
        Run.start(Path.of("/tmp"), Map.of(), List.of("/usr/bin/rm", "-rf", directory.toString()))
                .exitCode();
    }

    @Test
    void servesThroughLossesOfMachinesAndRefusesBlankVolumes() throws Exception {
        Map<Integer, Machine> controllers = new TreeMap<>();
        for (int id : List.of(1, 2, 3)) {
            controllers.put(id, controller(id, "vol-c" + id));
        }
        Machine storage1 = storage(1);
        Machine storage2 = storage(2);
        Machine gateway1 = gateway(1);
        Machine gateway2 = gateway(2);
        for (Machine gateway : List.of(gateway1, gateway2)) {
            gateway.awaitReady("gateway");
        }
        storage1.awaitReady("storage");
        storage2.awaitReady("storage");

        try (Run balancer = balancer()) {
            Path lines = lines();
            client("topic", "create", "lines", "--partitions", "4").succeed();
            client("produce", "lines", lines.toString()).succeed();
            reads(1);

            figures(controllers.get(1), storage1, gateway1);
            drains(gateway1);
            client("produce", "lines", lines.toString()).succeed();
            reads(2);

            // The instance is gone at once; another comes with its address and volume.
            storage1.close();
            storage(1).awaitReady("storage");
            reads(2);

            controllers.get(2).close();
            Machine blank = controller(2, "vol-blank");
            blank.awaitTold("user data: failed");
            assertThat(blank.told())
                    .contains("volume vol-blank is blank", "controller-2 had its data on vol-c2");
            assertThat(balancer.isAlive()).isTrue();
        }
    }

    private Machine controller(int id, String volume) throws Exception {
        return start(
                "controller",
                "controller-" + id,
                "10.42.0.1" + id,
                volume,
                "Machine=controller-" + id,
                Map.of("controller.member.id", String.valueOf(id), "controller.join", "false"));
    }

    private Machine storage(int id) throws Exception {
        String address = "10.42.0.2" + id;
        return start(
                "storage",
                "storage-" + id,
                address,
                "vol-s" + id,
                "Machine=storage-" + id,
                Map.of("storage.listen", "0.0.0.0:9191", "storage.advertised", address + ":9191"));
    }

    /// All gateways have the same user data, as those of one group do.
    private Machine gateway(int id) throws Exception {
        return start(
                "gateway",
                "gateway-" + id,
                "10.42.0.3" + id,
                "",
                "AutoScalingGroupName=group",
                Map.of(
                        "gateway.listen", "0.0.0.0:9092",
                        "gateway.advertised", BALANCER + ":9092",
                        "gateway.one.address", "true"));
    }

    private Machine start(
            String role,
            String instance,
            String address,
            String volume,
            String dimension,
            Map<String, String> own)
            throws Exception {
        Map<String, String> settings = new TreeMap<>(own);
        settings.put("controller.members", MEMBERS);
        if (!volume.isEmpty()) {
            settings.put("node.data.dir", "/var/lib/quafka/data");
        }
        String machine = role.equals("gateway") ? "gateway" : instance;
        var inputs = new UserData.Inputs(machine, role, settings, volume, dimension, sha256);
        String userData = UserData.render(inputs);
        if (instance.endsWith("-1") && machines.size() < 7 && terraformIsHere()) {
            assertThat(UserData.renderByTerraform(inputs, directory)).isEqualTo(userData);
        }
        assertThat(userData.length()).as("bytes that AWS takes").isLessThan(16 << 10);
        Machine started =
                Machine.start(
                        roomPid,
                        instance,
                        address + "/16",
                        directory,
                        userData,
                        volume.isEmpty() ? null : volume);
        machines.add(started);
        return started;
    }

    private static boolean terraformIsHere() {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "terraform")));
    }

    private Run balancer() throws IOException {
        String config =
                """
                defaults
                  mode tcp
                  timeout connect 2s
                  timeout client 10m
                  timeout server 10m
                listen kafka
                  bind %s:9092
                  option httpchk
                  http-check send meth GET uri /health/ready ver HTTP/1.1 hdr Host localhost
                  default-server check inter 500ms fall 1 rise 1
                  server g1 10.42.0.31:9092
                  server g2 10.42.0.32:9092
                """
                        .formatted(BALANCER);
        Path file = Files.writeString(directory.resolve("haproxy.cfg"), config);
        return inRoom(List.of("haproxy", "-db", "-f", file.toString()));
    }

    private Path lines() throws IOException {
        return Files.write(
                directory.resolve("lines"),
                IntStream.range(0, 1000).mapToObj(i -> "line " + i).toList());
    }

    /// All that was acknowledged can be read, nothing twice that was not written twice.
    private void reads(int times) throws Exception {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            expected.addAll(Files.readAllLines(directory.resolve("lines")));
        }
        assertThat(client("consume", "lines", "--until-end").succeed().lines().sorted().toList())
                .isEqualTo(expected.stream().sorted().toList());
    }

    /// What each role's machine would send to CloudWatch.
    private void figures(Machine controller, Machine storage, Machine gateway) throws IOException {
        for (Machine machine : List.of(controller, storage, gateway)) {
            machine.run("/usr/local/sbin/quafka-figures");
        }
        Path cloud = directory.resolve("cloud");
        assertThat(Files.readString(cloud.resolve("figures-controller-1")))
                .contains(
                        "{\"MetricName\":\"Led\",\"Value\":1,\"Dimensions\":[{\"Name\":\"Machine\",\"Value\":\"controller-1\"}]}");
        assertThat(Files.readString(cloud.resolve("figures-storage-1")))
                .contains(
                        "\"ShardsFailed\",\"Value\":0,",
                        "\"Pressure\",\"Value\":",
                        "\"TieringBacklogBytes\",\"Value\":0,")
                .containsPattern(
                        "\"DiskUsedPercent\",\"Value\":\\d*[1-9]\\d*\\.\\d\\d|\"DiskUsedPercent\",\"Value\":0\\.\\d\\d");
        assertThat(Files.readString(cloud.resolve("figures-gateway-1")))
                .containsPattern("\"LoadPercent\",\"Value\":\\d+\\.\\d\\d,")
                .contains("{\"Name\":\"AutoScalingGroupName\",\"Value\":\"group\"}");
    }

    /// Its group wants to end a gateway: it is sent nobody new, ends what is in flight, and says
    /// that it can go.
    private void drains(Machine gateway) throws IOException {
        Path cloud = directory.resolve("cloud");
        Files.createFile(cloud.resolve("ending-gateway-1"));
        await().atMost(MAX).until(() -> Files.exists(cloud.resolve("completed-gateway-1")));
        gateway.run("! kill -0 $(cat /run/units/quafka@gateway.service) 2>/dev/null");
        gateway.run("grep -q stopped /var/log/quafka/gateway.log");
        List<String> asked =
                Files.readAllLines(cloud.resolve("asked")).stream()
                        .filter(line -> line.startsWith("gateway-1 "))
                        .filter(line -> line.contains("elbv2") || line.contains("autoscaling"))
                        .toList();
        assertThat(asked.getFirst()).contains("deregister-targets", "Id=gateway-1");
        assertThat(asked.getLast()).contains("complete-lifecycle-action", "CONTINUE");
    }

    private Run client(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(DistributionIT.EXECUTABLE.toString()));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-b", BALANCER + ":9092"));
        return inRoom(command);
    }

    private Run inRoom(List<String> command) throws IOException {
        List<String> entered =
                new ArrayList<>(List.of("nsenter", "--net=/proc/" + roomPid + "/ns/net"));
        entered.addAll(command);
        Map<String, String> environment = new HashMap<>(CLIENT);
        environment.put("QUAFKA_CACHE", cache().toString());
        return Run.start(directory, environment, entered);
    }
}
