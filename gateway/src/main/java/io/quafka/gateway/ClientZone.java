package io.quafka.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The failure zone that a client stands in by its own word.
///
/// Kafka's protocol carries a consumer's zone in each Fetch (`client.rack`, KIP-392) and nobody's
/// in Metadata. So clients say it inside of their `client.id`, in the dialects of other services
/// whose brokers are stateless too: `automq_az=`, `diskless_az=`, or plainly `zone=`, with the
/// zone's name up to the next `,`, `;`, `&` or space.
final class ClientZone {
    private static final List<String> DIALECTS = List.of("zone=", "diskless_az=", "automq_az=");

    private ClientZone() {}

    /// @return null where the client does not say
    static @Nullable String of(@Nullable String clientId) {
        if (clientId == null || clientId.indexOf('=') < 0) {
            return null;
        }
        for (String dialect : DIALECTS) {
            int at = clientId.indexOf(dialect);
            while (at > 0 && !separates(clientId.charAt(at - 1))) {
                at = clientId.indexOf(dialect, at + 1);
            }
            if (at >= 0) {
                return value(clientId, at + dialect.length());
            }
        }
        return null;
    }

    private static @Nullable String value(String clientId, int from) {
        int to = from;
        while (to < clientId.length() && !separates(clientId.charAt(to))) {
            to++;
        }
        return to == from ? null : clientId.substring(from, to);
    }

    private static boolean separates(char c) {
        return c == ',' || c == ';' || c == '&' || c == ' ';
    }
}
