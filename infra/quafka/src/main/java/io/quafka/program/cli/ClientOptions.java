package io.quafka.program.cli;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How the commands that are clients reach a cluster.
final class ClientOptions {
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);

    @Option(
            names = {"-b", "--bootstrap"},
            paramLabel = "HOST:PORT",
            defaultValue = "${env:QUAFKA_BOOTSTRAP:-127.0.0.1:9092}",
            description =
                    "Gateways to ask first, separated by commas (default: QUAFKA_BOOTSTRAP or 127.0.0.1:9092).")
    private String bootstrap = "";

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description =
                    "Give up when there was no answer for this long (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds;

    @Option(
            names = "-X",
            paramLabel = "KEY=VALUE",
            description = "Set a property of the Kafka client; may be repeated.")
    private Map<String, String> properties = new LinkedHashMap<>();

    @Option(
            names = "--client-config",
            paramLabel = "FILE",
            description = "Read properties of the Kafka client from this file.")
    private @Nullable Path file;

    Duration timeout() {
        return Duration.ofSeconds(timeoutSeconds);
    }

    /// The properties for a client, defaults of the command under what the user says.
    ///
    /// @throws CommandFailedException if nobody listens on any bootstrap address: a Kafka client
    ///   would try in silence
    Properties clientProperties(Map<String, ?> defaults) throws IOException {
        // Before the first Kafka class loads: the client's warnings about retries would only repeat
        // what the command says.
        System.setProperty("quafka.log.kafka", "ERROR");
        listener();
        Properties all = new Properties();
        all.put(CommonClientConfigs.CLIENT_ID_CONFIG, "quafka-cli");
        all.put(
                CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG,
                Math.toIntExact(timeout().toMillis()));
        all.put(
                CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG,
                Math.toIntExact(timeout().toMillis()));
        all.putAll(defaults);
        if (file != null) {
            Properties fromFile = new Properties();
            try (InputStream in = Files.newInputStream(file)) {
                fromFile.load(in);
            }
            all.putAll(fromFile);
        }
        all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
        all.putAll(properties);
        return all;
    }

    Admin admin() throws IOException {
        return Admin.create(clientProperties(Map.of()));
    }

    /// The first bootstrap address that somebody listens on.
    ///
    /// @throws CommandFailedException if there is none
    String listener() {
        String problem = "no address given";
        for (String address : bootstrap.split(",")) {
            int colon = address.lastIndexOf(':');
            if (colon < 0) {
                throw new CommandFailedException(
                        "--bootstrap wants HOST:PORT, not '" + address + "'");
            }
            try (Socket socket = new Socket()) {
                socket.connect(
                        new InetSocketAddress(
                                address.substring(0, colon).strip(),
                                Integer.parseInt(address.substring(colon + 1).strip())),
                        Math.toIntExact(CONNECT_MAX.toMillis()));
                return address.strip();
            } catch (IOException e) {
                problem = e.getMessage() == null ? e.toString() : e.getMessage();
            } catch (IllegalArgumentException _) {
                throw new CommandFailedException(
                        "--bootstrap wants HOST:PORT, not '" + address + "'");
            }
        }
        throw new CommandFailedException(
                "cannot reach "
                        + bootstrap
                        + ": "
                        + problem
                        + " (is 'quafka broker' running there?)");
    }
}
