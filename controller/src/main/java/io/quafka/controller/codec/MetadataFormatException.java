package io.quafka.controller.codec;

/// Bytes that are not what their place calls for: cut short, damaged, or written by a newer
/// release.
public final class MetadataFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MetadataFormatException(String message) {
        super(message);
    }
}
