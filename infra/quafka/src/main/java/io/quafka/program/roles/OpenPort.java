package io.quafka.program.roles;

import io.quafka.program.config.Address;
import io.quafka.program.config.ConfigException;
import io.quafka.program.config.ConfigKeys;
import io.quafka.program.config.Configuration;
import io.quafka.program.config.SecurityKeys;
import java.util.ArrayList;
import java.util.List;

/// A port that strangers may use where other machines reach it: only if somebody said so.
final class OpenPort {
    private OpenPort() {}

    /// @param authenticates whether clients have to say who they are
    /// @throws ConfigException that tells what is missing, and how to go on
    static void refuse(Configuration configuration, boolean authenticates) {
        Address listen = configuration.get(ConfigKeys.GATEWAY_LISTEN);
        boolean encrypts = configuration.get(SecurityKeys.TLS_CERTIFICATE).isPresent();
        if (listen.isLoopback()
                || configuration.get(SecurityKeys.OPEN)
                || (encrypts && authenticates)) {
            return;
        }
        List<String> missing = new ArrayList<>();
        if (!authenticates) {
            missing.add(
                    "need not say who they are (set sasl.mechanisms and security.admin.user, or gateway.tls.client.auth=required)");
        }
        if (!encrypts) {
            missing.add("are not encrypted (set gateway.tls.certificate.file)");
        }
        throw new ConfigException(
                "gateway.listen=%s is where other machines reach it, but clients %s. docs/SECURITY.md tells how; gateway.open=true starts it nevertheless"
                        .formatted(listen, String.join(", and ", missing)));
    }
}
