package io.quafka.controller.codec;

import io.quafka.controller.model.ScramName;
import io.quafka.controller.model.ScramSecret;

/// Credentials as bytes.
///
/// ```
/// scram name   = string user, u8 mechanism
/// scram secret = string salt, string storedKey, string serverKey, uvar iterations
/// ```
final class SecurityFields {
    private SecurityFields() {}

    static void name(BinaryWriter out, ScramName name) {
        out.string(name.user()).u8(name.mechanism());
    }

    static ScramName name(BinaryReader in) {
        String user = in.string();
        int mechanism = in.u8();
        try {
            return new ScramName(user, (byte) mechanism);
        } catch (IllegalArgumentException e) {
            throw in.bad(String.valueOf(e.getMessage()));
        }
    }

    static void secret(BinaryWriter out, ScramSecret secret) {
        out.string(secret.salt())
                .string(secret.storedKey())
                .string(secret.serverKey())
                .uvar(secret.iterations());
    }

    static ScramSecret secret(BinaryReader in) {
        return new ScramSecret(in.string(), in.string(), in.string(), in.uvarInt());
    }
}
