package io.quafka.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What terraform renders for machines, run: a controller, a storage node and a gateway, each with
/// a file system of its own, get the program and their secrets from a stand-in for AWS, wait for
/// those that are not there yet, speak mutual TLS to each other, and TLS to clients that have a
/// password or a certificate, and take new certificates without being started again.
class MachinesIT {
    private static final Path MACHINE = Path.of("src/test/machine").toAbsolutePath();
    private static final Path TERRAFORM = Path.of("../../terraform").toAbsolutePath().normalize();
    private static final Path CACHE = Path.of("target/cache-machines").toAbsolutePath();
    private static final Path CERTIFICATES = Path.of("node-certificates").toAbsolutePath();
    private static final String WORDS = "one\ntwo\nthree\n";
    private static final Duration RELOADED_MAX = Duration.ofSeconds(30);

    @TempDir private Path directory;

    private final Map<String, String> environment = new HashMap<>();
    private final Map<String, Machine> machines = new HashMap<>();
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
        machines.values().forEach(Machine::close);
    }

    @Test
    void machinesBringTheirSecretsAndServeOverTls() throws Exception {
        Path made = directory.resolve("made");
        String printed = run(TERRAFORM.resolve("make-secrets"), "quafka", "eu-west-1", made);
        assertThat(printed).contains("node_tls = {", "quafka/node-key", "password_secret_arn");
        // What clients are shown is of another authority.
        Path shown = directory.resolve("shown");
        run(CERTIFICATES, shown);
        put("clients-node.pem", shown.resolve("node.pem"));
        put("clients-authority.pem", shown.resolve("authority.pem"));
        String password = text(made.resolve("admin.password"));
        Path denied = Files.createFile(secret("quafka/admin-password.denied"));

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
        all.put("gateway.tls.trust.file", arn("clients-authority.pem"));
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
                        "admin",
                        "security.super.users",
                        "User:CN=Quafka node",
                        "gateway.tls.client.auth",
                        "optional"));
        waitsForSecrets();
        put("clients-node.key", shown.resolve("node.key"));
        Files.delete(denied);

        assertThat(told("storage", "figures")).contains("\"ShardsFailed\",\"Value\":0");
        assertThat(told("gateway", "figures")).contains("\"LoadPercent\"");
        serves(shown, password);
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
        Path anew = clientsAreShownANewCertificate(shown);
        nodesShowEachOtherANewCertificate(made);
        consumesByCertificate(anew);
    }

    /// The machine is made, and its Quafka is not started: one secret is not there, and one may not
    /// be read.
    private void waitsForSecrets() throws Exception {
        Machine gateway = machine("gateway");
        assertThat(gateway.told("made")).isEmpty();
        gateway.until(() -> gateway.log().contains("\n"));
        assertThat(gateway.log().lines())
                .allMatch(line -> line.startsWith("quafka: waits for secrets, tries again in "))
                .allMatch(line ->
                        line.contains(
                                        "gateway.tls.key.file ("
                                                + arn("clients-node.key")
                                                + "): there is none")
                                && line.contains("put-secret-value"))
                .allMatch(line ->
                        line.contains(
                                        "security.admin.password.file ("
                                                + arn("quafka/admin-password")
                                                + "): this machine may not read it")
                                && line.contains("secretsmanager:GetSecretValue"));
    }

    /// @return where the new one, and its authority, are
    private Path clientsAreShownANewCertificate(Path shown) throws Exception {
        Machine gateway = machine("gateway");
        Path certificate = gateway.secret("gateway.tls.certificate.file");
        Path key = gateway.secret("gateway.tls.key.file");
        Path anew = directory.resolve("anew");
        run(CERTIFICATES, anew);

        put("clients-node.pem", anew.resolve("node.pem"));
        assertThat(gateway.bringAgain(() -> null))
                .contains("gateway.tls.key.file is not the key of gateway.tls.certificate.file")
                .doesNotContain("all brought");
        assertThat(text(certificate)).isEqualTo(text(shown.resolve("node.pem")));

        put("clients-node.key", anew.resolve("node.key"));
        put("clients-authority.pem", anew.resolve("authority.pem"));
        Path slow = Files.createFile(directory.resolve("slow"));
        Set<String> seen = new HashSet<>();
        assertThat(gateway.bringAgain(() -> seen.add(text(certificate)) | seen.add(text(key))))
                .startsWith("all brought")
                .contains("400 quafka /etc/quafka/secrets/gateway.tls.key.file");
        Files.delete(slow);
        Set<String> whole = new HashSet<>();
        for (Path each : List.of(shown, anew)) {
            whole.add(text(each.resolve("node.pem")));
            whole.add(text(each.resolve("node.key")));
        }
        assertThat(whole).containsAll(seen);
        shows("gateway", anew.resolve("node.pem"));
        return anew;
    }

    /// As who keeps the machines renews it: what make-secrets made is nearly at its end.
    private void nodesShowEachOtherANewCertificate(Path made) throws Exception {
        Files.delete(made.resolve("node.pem"));
        run(TERRAFORM.resolve("make-secrets"), "quafka", "eu-west-1", made);
        for (String role : List.of("controller", "storage", "gateway")) {
            assertThat(machine(role).bringAgain(() -> null)).startsWith("all brought");
        }
        shows("controller", made.resolve("node.pem"));
        shows("storage", made.resolve("node.pem"));
    }

    /// Waits until who connects to a machine's port is shown a certificate.
    private void shows(String role, Path certificate) throws Exception {
        String expected = text(certificate);
        List<String> command = List.of("openssl", "s_client", "-connect", address(role));
        await().atMost(RELOADED_MAX)
                .until(() -> {
                    try (Run asked = Run.start(directory, environment, command)) {
                        // It may be shown something and then be refused.
                        asked.exitCode();
                        return asked.out().contains(expected);
                    }
                });
    }

    /// Without the end of line that AWS' command line adds.
    private static String text(Path file) throws IOException {
        return Files.readString(file).strip();
    }

    private Path secret(String name) {
        return secrets.resolve(arn(name).replace('/', '_'));
    }

    private void put(String name, Path content) throws IOException {
        Files.copy(content, secret(name), StandardCopyOption.REPLACE_EXISTING);
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
        all.put("tls.reload.interval", "500ms");
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
        machines.put(role, Machine.start(directory, environment, role, userData, CACHE));
    }

    private static String map(Map<String, String> of) {
        return of.entrySet().stream()
                .map(each -> "\"" + each.getKey() + "\" = \"" + each.getValue() + "\"")
                .collect(Collectors.joining(", "));
    }

    private Machine machine(String role) {
        return Objects.requireNonNull(machines.get(role));
    }

    private String told(String role, String file) throws IOException {
        return machine(role).told(file);
    }

    /// A client with a password, and one with a certificate instead.
    private void serves(Path shown, String password) throws Exception {
        Path client =
                client(
                        shown,
                        """
                        security.protocol=SASL_SSL
                        sasl.mechanism=SCRAM-SHA-256
                        sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="admin" password="%s";
                        """
                                .formatted(password));
        Path words = Files.writeString(directory.resolve("words"), WORDS);
        quafka(client, "produce", "words", words);
        consumesByCertificate(shown);
    }

    private void consumesByCertificate(Path shown) throws Exception {
        Path pair =
                Files.writeString(
                        directory.resolve("client.pem"),
                        text(shown.resolve("node.key"))
                                + "\n"
                                + text(shown.resolve("node.pem"))
                                + "\n");
        Path client =
                client(
                        shown,
                        """
                        security.protocol=SSL
                        ssl.keystore.type=PEM
                        ssl.keystore.location=%s
                        """
                                .formatted(pair));
        assertThat(quafka(client, "consume", "words", "--until-end")).isEqualTo(WORDS);
    }

    private Path client(Path shown, String itself) throws IOException {
        return Files.writeString(
                directory.resolve("client.properties"),
                itself
                        + """
                        ssl.truststore.type=PEM
                        ssl.truststore.location=%s
                        ssl.endpoint.identification.algorithm=
                        """
                                .formatted(shown.resolve("authority.pem")));
    }

    private String quafka(Path client, Object... arguments) throws Exception {
        environment.put("QUAFKA_CACHE", CACHE.toString());
        List<Object> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-b", address("gateway"), "--client-config", client));
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
