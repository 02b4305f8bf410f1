package io.quafka.controller.model;

/// Whose password, for which mechanism.
///
/// @param user never empty
/// @param mechanism Kafka's number: 1 for SCRAM-SHA-256, 2 for SCRAM-SHA-512
public record ScramName(String user, byte mechanism) {
    public ScramName {
        if (user.isEmpty() || mechanism < 1 || mechanism > 2) {
            throw new IllegalArgumentException("no user, or no mechanism of SCRAM: " + mechanism);
        }
    }
}
