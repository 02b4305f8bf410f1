package io.quafka.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What terraform renders for machines, run: a controller, a storage node and a gateway, each with
/// a file system of its own, get the program and their secrets from a stand-in for AWS, speak
/// mutual TLS to each other, and TLS with passwords to clients.
class MachinesIT {
    private static final Path MACHINE = Path.of("src/test/machine").toAbsolutePath();
    private static final Path TERRAFORM = Path.of("../../terraform").toAbsolutePath().normalize();
    private static final Path CACHE = Path.of("target/cache-machines").toAbsolutePath();
    private static final Duration READY_MAX = Duration.ofSeconds(90);

    @TempDir private Path directory;

    private final Map<String, String> environment = new HashMap<>();
    private final List<Run> machines = new ArrayList<>();
    private final Map<String, Integer> ports = new HashMap<>();
    private Path secrets = Path.of("");
    private String sha256 = "";

    @BeforeEach
    void standInForAws() throws Exception {
        assumeTrue(Installed.answers("terraform", "version"), "there is no terraform on PATH");
        assumeTrue(
                Installed.answers("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"),
                "mounting is not allowed here");
        Installed.require("openssl", "openssl", "version");
        Installed.require("curl", "curl", "--version");
        environment.put("PATH", MACHINE.resolve("tools") + ":/usr/sbin:" + System.getenv("PATH"));
        environment.put("AWS_STANDIN", directory.toString());
        environment.put("CHECKPOINT_DISABLE", "1");
        secrets = directory.resolve("secrets");
        Path objects = Files.createDirectory(directory.resolve("objects"));
        Files.createSymbolicLink(objects.resolve("quafka"), DistributionIT.EXECUTABLE);
        sha256 = run(Path.of("sha256sum"), DistributionIT.EXECUTABLE).split(" ", 2)[0];
        for (String role : List.of("controller", "storage", "gateway")) {
            try (ServerSocket free = new ServerSocket(0)) {
                ports.put(role, free.getLocalPort());
            }
        }
    }

    @AfterEach
    void stop() {
        machines.forEach(Run::close);
    }

    @Test
    void machinesBringTheirSecretsAndServeOverTls() throws Exception {
        Path made = directory.resolve("made");
        String printed = run(TERRAFORM.resolve("make-secrets"), "quafka", "eu-west-1", made);
        assertThat(printed).contains("node_tls = {", "quafka/node-key", "password_secret_arn");
        // What clients are shown is of another authority.
        Path shown = directory.resolve("shown");
        run(Path.of("node-certificates").toAbsolutePath(), shown);
        for (String file : List.of("node.pem", "node.key")) {
            Files.copy(shown.resolve(file), secrets.resolve(arn("clients-" + file)));
        }
        String password = Files.readString(made.resolve("admin.password")).strip();

        start("controller", nodeSecrets(), Map.of("node.data.dir", "/var/lib/quafka/data"));
        assertThat(told("controller", "figures")).contains("\"Led\",\"Value\":1");
        start(
                "storage",
                nodeSecrets(),
                Map.of(
                        "node.data.dir",
                        "/var/lib/quafka/data",
                        "storage.listen",
                        address("storage"),
                        "storage.segment.bytes",
                        "16MiB"));
        Map<String, String> all = new HashMap<>(nodeSecrets());
        all.put("gateway.tls.certificate.file", arn("clients-node.pem"));
        all.put("gateway.tls.key.file", arn("clients-node.key"));
        all.put("security.admin.password.file", arn("quafka/admin-password"));
        start(
                "gateway",
                all,
                Map.of(
                        "gateway.listen",
                        "0.0.0.0:" + ports.get("gateway"),
                        "gateway.advertised",
                        address("gateway"),
                        "sasl.mechanisms",
                        "SCRAM-SHA-256",
                        "security.admin.user",
                        "admin"));

        assertThat(told("storage", "figures")).contains("\"ShardsFailed\",\"Value\":0");
        assertThat(told("gateway", "figures")).contains("\"LoadPercent\"");
        serves(shown.resolve("authority.pem"), password);
        for (String role : ports.keySet()) {
            assertThat(told(role, "secrets").lines())
                    .contains("750 root /etc/quafka/secrets")
                    .contains("400 quafka /etc/quafka/secrets/node.tls.key.file")
                    .allMatch(
                            line -> line.startsWith("400 quafka ") || line.startsWith("750 root "));
            for (String secret : List.of(password, "PRIVATE KEY")) {
                assertThat(Files.readString(directory.resolve(role + ".sh")))
                        .doesNotContain(secret);
                assertThat(told(role, "seen")).contains("quafka.jar").doesNotContain(secret);
            }
        }
        assertThat(told("storage", "secrets")).doesNotContain("gateway", "password");
    }

    /// As the module `quafka-aws` says them.
    private static Map<String, String> nodeSecrets() {
        return Map.of(
                "node.tls.certificate.file",
                arn("quafka/node-certificate"),
                "node.tls.key.file",
                arn("quafka/node-key"),
                "node.tls.trust.file",
                arn("quafka/node-authority"));
    }

    private static String arn(String secret) {
        return "arn:aws:secretsmanager:eu-west-1:1:secret:" + secret;
    }

    private String address(String role) {
        return "127.0.0.1:" + ports.get(role);
    }

    private void start(String role, Map<String, String> files, Map<String, String> settings)
            throws Exception {
        Map<String, String> all = new HashMap<>(settings);
        all.put("controller.members", "1@" + address("controller"));
        Path variables =
                Files.writeString(
                        directory.resolve(role + ".tfvars"),
                        """
                        machine  = "%s"
                        role     = "%s"
                        settings = {%s}
                        secrets  = {%s}
                        memory   = { heap = "128m", direct = "256m" }
                        program  = { bucket = "b", key = "program/quafka", sha256 = "%s" }
                        watch    = { region = "eu-west-1", namespace = "Quafka/test", dimension = "Machine=%s", log_group = "g" }
                        """
                                .formatted(role, role, map(all), map(files), sha256, role));
        environment.put("TF_DATA_DIR", directory.resolve(role + ".terraform").toString());
        Path state = directory.resolve(role + ".tfstate");
        String module = "-chdir=" + TERRAFORM.resolve("modules/quafka-machine");
        run(
                Path.of("terraform"),
                module,
                "apply",
                "-auto-approve",
                "-no-color",
                "-state=" + state,
                "-var-file=" + variables);
        String rendered =
                run(Path.of("terraform"), module, "output", "-raw", "-state=" + state, "user_data");
        Path userData = Files.writeString(directory.resolve(role + ".sh"), rendered);
        Files.createDirectories(CACHE);
        Files.setPosixFilePermissions(CACHE, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path out = Files.createDirectory(directory.resolve(role));
        List<String> command = new ArrayList<>();
        command.addAll(List.of("unshare", "--mount", "--pid", "--fork", "--kill-child"));
        command.addAll(List.of("--mount-proc", MACHINE.resolve("run").toString()));
        command.addAll(List.of(userData.toString(), CACHE.toString(), out.toString()));
        machines.add(Run.start(directory, environment, command));
    }

    private static String map(Map<String, String> of) {
        return of.entrySet().stream()
                .map(each -> "\"" + each.getKey() + "\" = \"" + each.getValue() + "\"")
                .collect(Collectors.joining(", "));
    }

    /// What a machine wrote, as soon as it has.
    private String told(String role, String file) throws Exception {
        Path path = directory.resolve(role).resolve(file);
        Path log = directory.resolve(role).resolve("log/quafka/" + role + ".log");
        try {
            await().atMost(READY_MAX)
                    .until(() ->
                            Files.exists(path)
                                    || machines.stream().anyMatch(run -> !run.isAlive()));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(Files.readString(log), e);
        }
        for (Run machine : machines) {
            assertThat(machine.isAlive()).as("%s\n%s", machine.out(), machine.err()).isTrue();
        }
        return Files.readString(path);
    }

    private void serves(Path authority, String password) throws Exception {
        Path client = directory.resolve("client.properties");
        Files.writeString(
                client,
                """
                security.protocol=SASL_SSL
                sasl.mechanism=SCRAM-SHA-256
                sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="admin" password="%s";
                ssl.truststore.type=PEM
                ssl.truststore.location=%s
                ssl.endpoint.identification.algorithm=
                """
                        .formatted(password, authority));
        Path words = Files.writeString(directory.resolve("words"), "one\ntwo\nthree\n");
        environment.put("QUAFKA_CACHE", CACHE.toString());
        List<Object> whom = List.of("-b", address("gateway"), "--client-config", client);
        quafka(whom, "produce", "words", words);
        assertThat(quafka(whom, "consume", "words", "--until-end"))
                .isEqualTo(Files.readString(words));
    }

    private String quafka(List<Object> whom, Object... arguments) throws Exception {
        List<Object> all = new ArrayList<>(List.of(arguments));
        all.addAll(whom);
        return run(DistributionIT.EXECUTABLE, all.toArray());
    }

    private String run(Path program, Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return Run.start(directory, environment, command).succeed();
    }
}
