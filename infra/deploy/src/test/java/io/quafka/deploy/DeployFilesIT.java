package io.quafka.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/// What describes containers and units says what the program understands. Nothing is run in
/// containers here.
class DeployFilesIT {
    private static final Path COMPOSE = Path.of("compose/compose.yaml");
    private static final Path UNIT = Path.of("systemd/quafka@.service");

    @TempDir private Path directory;

    private Map<String, Map<String, Object>> services;

    @BeforeEach
    void readCompose() throws Exception {
        Map<String, Map<String, Map<String, Object>>> all =
                new Yaml().load(Files.readString(COMPOSE));
        services = all.get("services");
    }

    @Test
    void theProgramUnderstandsWhatComposeTellsIt() throws Exception {
        Set<Map<String, String>> environments = new HashSet<>();
        Map<String, Set<String>> flags = new TreeMap<>();
        for (Map<String, Object> service : services.values()) {
            if ("quafka".equals(service.get("image"))) {
                environments.add(environment(service));
                List<String> command = strings(service.get("command"));
                flags.computeIfAbsent(command.getFirst(), _ -> new HashSet<>(Set.of("Usage:")))
                        .addAll(command.stream().filter(word -> word.startsWith("--")).toList());
            }
        }
        assertThat(flags).containsOnlyKeys("controller", "storage", "gateway");
        for (Map<String, String> environment : environments) {
            assertThat(quafka(environment, "config")).contains("gateway.listen");
        }
        for (Map.Entry<String, Set<String>> command : flags.entrySet()) {
            assertThat(quafka(Map.of(), command.getKey(), "--help")).contains(command.getValue());
        }
    }

    @Test
    void composeNamesOnlyWhatItHas() throws Exception {
        Set<String> hosts = services.keySet();
        for (Map.Entry<String, Map<String, Object>> service : services.entrySet()) {
            if (service.getValue().get("depends_on") instanceof Map<?, ?> needed) {
                assertThat(hosts)
                        .containsAll(needed.keySet().stream().map(String::valueOf).toList());
            }
            String members = environment(service.getValue()).get("QUAFKA_CONTROLLER_MEMBERS");
            if (members != null) {
                assertThat(
                                Stream.of(members.split(","))
                                        .map(member -> member.replaceAll("\\d+@(.*):9190", "$1")))
                        .isSubsetOf(hosts)
                        .hasSize(3);
            }
        }
        assertThat(strings(services.get("storage-2").get("command"))).contains("storage-2:9191");
        assertThat(Files.readString(Path.of("compose/haproxy.cfg")))
                .contains("server gateway-1 gateway-1:9092", "server gateway-2 gateway-2:9092");
        assertThat(hosts).contains("gateway-1", "gateway-2");
    }

    /// Where a certificate's files are said to be is where the service that makes them leaves them.
    @Test
    void nodesOfComposeHaveCertificates() throws Exception {
        Installed.require("openssl", "openssl", "version");
        Path made = directory.resolve("made");
        String script = Path.of("node-certificates").toAbsolutePath().toString();
        Map<String, String> path = Map.of("PATH", System.getenv("PATH"));
        run(path, List.of(script, made.toString()));
        String first = Files.readString(made.resolve("node.pem"));
        run(path, List.of(script, made.toString()));
        assertThat(made.resolve("node.pem")).as("is good for longer").hasContent(first);
        assertThat(Files.getPosixFilePermissions(made.resolve("authority.key")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        for (Map.Entry<String, Map<String, Object>> service : services.entrySet()) {
            if (!"quafka".equals(service.getValue().get("image"))) {
                continue;
            }
            Map<String, String> environment = environment(service.getValue());
            for (String file : List.of("CERTIFICATE", "KEY", "TRUST")) {
                Path named = Path.of(environment.get("QUAFKA_NODE_TLS_" + file + "_FILE"));
                assertThat(named.getParent()).isEqualTo(Path.of("/etc/quafka"));
                assertThat(made.resolve(named.getFileName())).isNotEmptyFile();
            }
            assertThat(strings(service.getValue().get("volumes")))
                    .as(service.getKey())
                    .contains("certificates:/etc/quafka:ro");
            assertThat(String.valueOf(service.getValue().get("depends_on")))
                    .contains("certificates={condition=service_completed_successfully}");
        }
        assertThat(strings(services.get("certificates").get("volumes")))
                .contains("../node-certificates:/node-certificates:ro");
    }

    @Test
    void haproxyUnderstandsItsFile() throws Exception {
        Installed.require("HAProxy", "haproxy", "-v");
        Path file = Path.of("compose/haproxy.cfg").toAbsolutePath();
        run(Map.of("PATH", System.getenv("PATH")), List.of("haproxy", "-c", "-f", file.toString()));
    }

    @Test
    void systemdUnderstandsTheUnitAndFindsItConfined() throws Exception {
        if (!Installed.answers("systemd-analyze", "--version")) {
            Installed.missing("systemd-analyze is not installed");
        }
        Path unit =
                Files.writeString(
                        directory.resolve("quafka@.service"),
                        Files.readString(UNIT)
                                .replace(
                                        "/usr/local/bin/quafka",
                                        DistributionIT.EXECUTABLE.toString()));
        Map<String, String> environment = Map.of("PATH", System.getenv("PATH"));
        Files.createSymbolicLink(directory.resolve("quafka@storage.service"), unit);
        Run verified =
                Run.start(
                        directory,
                        environment,
                        List.of(
                                "systemd-analyze",
                                "verify",
                                directory.resolve("quafka@storage.service").toString()));
        assertThat(verified.exitCode()).as(verified.err()).isZero();
        // Of 10, which is a service that may do everything.
        run(
                environment,
                List.of(
                        "systemd-analyze",
                        "security",
                        "--offline=yes",
                        "--threshold=20",
                        unit.toString()));
    }

    private String quafka(Map<String, String> settings, String... arguments) throws Exception {
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("QUAFKA_CACHE", Path.of("target/cache").toAbsolutePath().toString());
        List<String> command = new ArrayList<>(List.of(DistributionIT.EXECUTABLE.toString()));
        command.addAll(List.of(arguments));
        return run(environment, command);
    }

    private String run(Map<String, String> environment, List<String> command) throws Exception {
        return Run.start(directory, environment, command).succeed();
    }

    /// Where a variable of the caller's has a default, that.
    private static Map<String, String> environment(Map<String, Object> service) {
        Map<String, String> environment = new HashMap<>();
        if (service.get("environment") instanceof Map<?, ?> given) {
            given.forEach((name, value) ->
                    environment.put(
                            String.valueOf(name),
                            String.valueOf(value).replaceAll("\\$\\{\\w+:-([^}]*)}", "$1")));
        }
        return environment;
    }

    private static List<String> strings(Object list) {
        return ((List<?>) list).stream().map(String::valueOf).toList();
    }
}
