package io.quafka.gateway.auth;

import io.quafka.controller.model.ScramName;
import io.quafka.controller.model.ScramSecret;
import io.quafka.controller.model.SecurityImage;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.jspecify.annotations.Nullable;

/// Passwords, as far as they are kept: those in the cluster's image, and this process' own, which
/// win. Thread-safe.
public final class Credentials {
    /// Of passwords that this process is told in plain, and of users that do not exist: as many as
    /// 'quafka user create' has.
    private static final int ITERATIONS = 8_192;

    private static final int SALT_BITS = 130;

    private final Supplier<SecurityImage> image;
    private final Map<ScramName, ScramSecret> own;
    private final byte[] decoySeed = ScramFormatter.secureRandomBytes(new SecureRandom());

    /// @param own of users that come in whatever the image says
    public Credentials(Supplier<SecurityImage> image, Map<ScramName, ScramSecret> own) {
        this.image = image;
        this.own = Map.copyOf(own);
    }

    /// What is kept of one password, for each mechanism.
    public static Map<ScramName, ScramSecret> of(String user, String password) {
        Map<ScramName, ScramSecret> secrets = new HashMap<>();
        for (ScramMechanism mechanism : ScramMechanism.values()) {
            ScramFormatter formatter = formatter(mechanism);
            secrets.put(
                    new ScramName(user, mechanism.type()),
                    secret(formatter.generateCredential(password, ITERATIONS)));
        }
        return secrets;
    }

    /// What is kept of a password that only its client knows.
    ///
    /// @param saltedPassword what SCRAM's function makes of password, salt and iterations
    public static ScramSecret salted(
            ScramMechanism mechanism, byte[] salt, byte[] saltedPassword, int iterations) {
        return secret(formatter(mechanism).generateCredential(salt, saltedPassword, iterations));
    }

    /// Whether it is the user's password. Takes milliseconds of CPU, whoever asks.
    boolean check(String user, String password) {
        for (ScramMechanism mechanism : ScramMechanism.values()) {
            ScramSecret secret = find(user, mechanism);
            if (secret != null) {
                return matches(mechanism, credential(secret), password);
            }
        }
        ScramMechanism any = ScramMechanism.SCRAM_SHA_256;
        matches(any, decoy(user, any), password);
        return false;
    }

    /// What SCRAM checks a user by. One that is not known gets something nobody can answer to, the
    /// same each time, so that names cannot be tried out.
    ScramCredential credential(String user, ScramMechanism mechanism) {
        ScramSecret secret = find(user, mechanism);
        return secret == null ? decoy(user, mechanism) : credential(secret);
    }

    private @Nullable ScramSecret find(String user, ScramMechanism mechanism) {
        if (user.isEmpty()) {
            return null;
        }
        ScramName name = new ScramName(user, mechanism.type());
        ScramSecret mine = own.get(name);
        return mine != null ? mine : image.get().scram().get(name);
    }

    private static boolean matches(
            ScramMechanism mechanism, ScramCredential credential, String password) {
        if (password.isEmpty()) {
            return false;
        }
        ScramFormatter formatter = formatter(mechanism);
        try {
            byte[] salted =
                    formatter.saltedPassword(password, credential.salt(), credential.iterations());
            byte[] stored = formatter.storedKey(formatter.clientKey(salted));
            return MessageDigest.isEqual(stored, credential.storedKey());
        } catch (InvalidKeyException e) {
            throw new IllegalStateException(e);
        }
    }

    private ScramCredential decoy(String user, ScramMechanism mechanism) {
        try {
            MessageDigest digest = MessageDigest.getInstance(mechanism.hashAlgorithm());
            digest.update(decoySeed);
            byte[] made = digest.digest(user.getBytes(StandardCharsets.UTF_8));
            // As Kafka's own are: digits and letters.
            byte[] salt =
                    ScramFormatter.toBytes(
                            new BigInteger(1, made)
                                    .shiftRight(made.length * Byte.SIZE - SALT_BITS)
                                    .toString(Character.MAX_RADIX));
            return new ScramCredential(
                    salt, ScramFormatter.secureRandomBytes(new SecureRandom()), made, ITERATIONS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ScramFormatter formatter(ScramMechanism mechanism) {
        try {
            return new ScramFormatter(mechanism);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ScramSecret secret(ScramCredential credential) {
        Base64.Encoder base64 = Base64.getEncoder();
        return new ScramSecret(
                base64.encodeToString(credential.salt()),
                base64.encodeToString(credential.storedKey()),
                base64.encodeToString(credential.serverKey()),
                credential.iterations());
    }

    private static ScramCredential credential(ScramSecret secret) {
        Base64.Decoder base64 = Base64.getDecoder();
        return new ScramCredential(
                base64.decode(secret.salt()),
                base64.decode(secret.storedKey()),
                base64.decode(secret.serverKey()),
                secret.iterations());
    }
}
