package io.quafka.program.roles;

import io.quafka.controller.raft.RaftTls;
import io.quafka.program.config.ConfigException;
import io.quafka.program.config.ConfigKey;
import io.quafka.program.config.Configuration;
import io.quafka.program.config.SecurityKeys;
import io.quafka.wire.PortTls;
import io.quafka.wire.RateLimitedLog;
import io.quafka.wire.tls.TlsConfig;
import io.quafka.wire.tls.TlsEngines;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Mutual TLS between Quafka's own processes: each shows the others its certificate, and speaks
/// only to those whose certificate is of its authorities. Names of hosts do not count.
///
/// @param engines null where nodes speak to each other in plain
record NodeTls(@Nullable TlsEngines engines) {
    private static final RateLimitedLog REFUSALS =
            new RateLimitedLog(LoggerFactory.getLogger(NodeTls.class));

    private static final int PROBLEM_CHARS_MAX = 200;

    private static final List<ConfigKey<Optional<Path>>> FILES =
            List.of(
                    SecurityKeys.NODE_TLS_CERTIFICATE,
                    SecurityKeys.NODE_TLS_KEY,
                    SecurityKeys.NODE_TLS_TRUST);

    /// What is configured.
    ///
    /// @throws ConfigException when some of the keys are set and others are not
    /// @throws IOException when a file cannot be used
    static NodeTls open(Configuration configuration, ClosingStack opened) throws IOException {
        List<Path> files =
                FILES.stream().map(configuration::get).flatMap(Optional::stream).toList();
        if (files.isEmpty()) {
            return new NodeTls(null);
        }
        if (files.size() < FILES.size()) {
            List<String> missing =
                    FILES.stream()
                            .filter(key -> configuration.get(key).isEmpty())
                            .map(ConfigKey::name)
                            .toList();
            throw new ConfigException(
                    "TLS between nodes needs all of node.tls.certificate.file, node.tls.key.file and"
                            + " node.tls.trust.file, but nothing is said of "
                            + String.join(" and ", missing));
        }
        TlsConfig config =
                new TlsConfig(
                        files.get(0),
                        files.get(1),
                        null,
                        files.get(2),
                        null,
                        TlsConfig.ClientAuth.REQUIRED);
        return new NodeTls(
                opened.add(
                        TlsEngines.open(
                                config, configuration.get(SecurityKeys.TLS_RELOAD_INTERVAL))));
    }

    /// For the controller's members and those who ask them, whose library refuses in silence; null
    /// for in plain.
    @Nullable RaftTls raft() {
        return engines == null
                ? null
                : new RaftTls(engines.keys(), new ToldTrust(engines.trust()), NodeTls::tellRefused);
    }

    private static void tellRefused(SocketAddress peer, Throwable why) {
        REFUSALS.at(Level.WARN)
                .addKeyValue("peer", peer)
                .addKeyValue("problem", cut(String.valueOf(why.getMessage())))
                .log("a connection to the controller was refused: it is not of a node's TLS");
    }

    /// What was no TLS is in the message, byte by byte.
    private static String cut(String problem) {
        return problem.substring(0, Math.min(problem.length(), PROBLEM_CHARS_MAX));
    }

    /// For a port that only nodes use.
    PortSecurity port() {
        return engines == null
                ? PortSecurity.NONE
                : new PortSecurity(new PortTls(engines, true), PortSecurity::overTls, _ -> true);
    }
}
