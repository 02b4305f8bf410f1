package io.quafka.program.cli;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.security.JaasContext;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/// What a Kafka client's properties say about security, for HTTP on the same port: TLS with the
/// same files, and the same name and password.
///
/// @param tls null where nothing is encrypted
/// @param authorization the header's value, or null where there is no name
record HttpSecurity(@Nullable SSLContext tls, @Nullable String authorization) {
    static HttpSecurity of(ClientOptions client) throws IOException {
        Map<String, ?> properties =
                new AdminClientConfig(client.clientProperties(Map.of())).values();
        SecurityProtocol protocol =
                SecurityProtocol.forName(
                        String.valueOf(
                                properties.get(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG)));
        boolean encrypted =
                protocol == SecurityProtocol.SSL || protocol == SecurityProtocol.SASL_SSL;
        boolean named =
                protocol == SecurityProtocol.SASL_PLAINTEXT
                        || protocol == SecurityProtocol.SASL_SSL;
        return new HttpSecurity(
                encrypted ? context(properties) : null, named ? authorization(properties) : null);
    }

    boolean encrypted() {
        return tls != null;
    }

    void apply(HttpClient.Builder client) {
        if (tls != null) {
            client.sslContext(tls);
        }
    }

    HttpRequest.Builder apply(HttpRequest.Builder request) {
        return authorization == null ? request : request.header("Authorization", authorization);
    }

    private static SSLContext context(Map<String, ?> properties) {
        try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
            factory.configure(properties);
            return factory.sslContext();
        }
    }

    private static @Nullable String authorization(Map<String, ?> properties) {
        if (properties.get(SaslConfigs.SASL_JAAS_CONFIG) == null) {
            return null;
        }
        List<AppConfigurationEntry> entries =
                JaasContext.loadClientContext(properties).configurationEntries();
        Map<String, Object> options = new HashMap<>();
        entries.forEach(entry -> options.putAll(entry.getOptions()));
        Object user = options.get("username");
        Object password = options.get("password");
        if (user == null || password == null) {
            return null;
        }
        byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(both);
    }
}
