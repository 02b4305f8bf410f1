package io.quafka.gateway.auth;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which tokens of OAUTHBEARER are believed (KIP-768).
///
/// @param keys where the keys that sign tokens are told (JWKS, RFC 7517): https, http of this
///   machine's loopback, or a file
/// @param refresh how often they are asked for; a file is looked at with each token
/// @param issuer that tokens must name, or null for any
/// @param audiences of which tokens must name one; empty for any
/// @param principalClaim whose value becomes the principal's name
/// @param clockSkew by how much the issuer's clock may differ, where a token is not valid yet
public record TokenConfig(
        URI keys,
        Duration refresh,
        @Nullable String issuer,
        List<String> audiences,
        String principalClaim,
        Duration clockSkew) {
    public TokenConfig {
        audiences = List.copyOf(audiences);
        if (issuer == null && audiences.isEmpty()) {
            throw new IllegalArgumentException(
                    "tokens for anybody would be believed: set the issuer that they must name, or better the audience");
        }
        String scheme = keys.getScheme();
        if (!"https".equals(scheme) && !"file".equals(scheme) && !isOwn(keys)) {
            throw new IllegalArgumentException(
                    keys
                            + ": keys are told by https://..., or in file:///...; http:// only on this machine's loopback");
        }
    }

    private static boolean isOwn(URI keys) {
        try {
            return "http".equals(keys.getScheme())
                    && keys.getHost() != null
                    && InetAddress.getByName(keys.getHost()).isLoopbackAddress();
        } catch (UnknownHostException _) {
            return false;
        }
    }
}
