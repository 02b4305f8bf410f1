package io.quafka.program.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.admin.UserScramCredentialsDescription;

/// A cluster's users and their passwords, through Kafka's admin client.
final class UserPasswords {
    /// Each makes guessing slower, and every log-in too: some milliseconds.
    private static final int ITERATIONS = 8_192;

    private static final List<ScramMechanism> MECHANISMS =
            List.of(ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512);

    private UserPasswords() {}

    /// Every user with what is kept of the password, by name.
    static Map<String, UserScramCredentialsDescription> all(Admin admin)
            throws InterruptedException, ExecutionException {
        return new TreeMap<>(admin.describeUserScramCredentials().all().get());
    }

    /// Keeps a user's password for all mechanisms; the password itself stays here.
    static void set(Admin admin, String user, String password)
            throws InterruptedException, ExecutionException {
        List<UserScramCredentialAlteration> alterations = new ArrayList<>();
        for (ScramMechanism mechanism : MECHANISMS) {
            alterations.add(
                    new UserScramCredentialUpsertion(
                            user, new ScramCredentialInfo(mechanism, ITERATIONS), password));
        }
        admin.alterUserScramCredentials(alterations).all().get();
    }
}
