package io.quafka.tiering.store;

/// What a key may look like, so that every store can hold it under just that name.
///
/// ```
/// key     := segment ("/" segment)*       at most 512 characters
/// segment := [A-Za-z0-9_=-] [A-Za-z0-9._=-]*
/// ```
///
/// So no key names what is outside of a directory, nor a hidden file.
public final class ObjectKeys {
    /// Characters of the longest key: what S3 allows, less room for a prefix.
    public static final int MAX_LENGTH = 512;

    private ObjectKeys() {}

    /// @return the key
    /// @throws IllegalArgumentException if no object may have it
    public static String check(String key) {
        if (key.isEmpty() || key.length() > MAX_LENGTH || key.endsWith("/")) {
            throw new IllegalArgumentException("not a key of an object: '" + key + "'");
        }
        checkPrefix(key);
        return key;
    }

    /// @return the prefix
    /// @throws IllegalArgumentException if no key may begin with it
    public static String checkPrefix(String prefix) {
        boolean atStart = true;
        for (int i = 0; i < prefix.length(); i++) {
            char c = prefix.charAt(i);
            boolean allowed = atStart ? isWord(c) : isWord(c) || c == '.' || c == '/';
            if (!allowed) {
                throw new IllegalArgumentException(
                        "not a key of an object: '%s' at %d".formatted(prefix, i));
            }
            atStart = c == '/';
        }
        return prefix;
    }

    private static boolean isWord(char c) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c >= '0' && c <= '9'
                || c == '_'
                || c == '-'
                || c == '=';
    }
}
