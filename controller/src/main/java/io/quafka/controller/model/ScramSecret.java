package io.quafka.controller.model;

/// What is kept instead of a password (RFC 5802): enough to check it, not enough to use it
/// elsewhere. It can be guessed from, though, so that it is told to nobody.
///
/// @param salt base64, as the other two
/// @param iterations from 4,096 up
public record ScramSecret(String salt, String storedKey, String serverKey, int iterations) {
    @Override
    public String toString() {
        return "ScramSecret[" + iterations + " iterations]";
    }
}
