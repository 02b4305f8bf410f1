package io.quafka.storage.tier;

import io.quafka.storage.index.TieredObject;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// The keys of a shard's objects. Each can be read back, so that what is found in the store can be
/// looked up in the manifest.
///
/// ```
/// key := cluster "/shard-" shard "/" number:16 "-" createdMs:12 "-" nonce:16
/// ```
///
/// Numbers with a length are hexadecimal, with zeros in front: keys sort by the objects' numbers.
///
/// @param clusterId so that clusters may share a bucket
public record ObjectNames(String clusterId, int shard) {
    private static final HexFormat HEX = HexFormat.of();
    private static final int NUMBER_DIGITS = 16;
    private static final int MS_DIGITS = 12;
    private static final int LENGTH = 2 * NUMBER_DIGITS + MS_DIGITS + 2;

    /// What all keys of the shard's objects begin with.
    public String prefix() {
        return "%s/shard-%d/".formatted(clusterId, shard);
    }

    /// The key of an object.
    public String key(TieredObject object) {
        return key(object.number(), object.createdMs(), object.nonce());
    }

    String key(long number, long createdMs, long nonce) {
        return prefix()
                + HEX.toHexDigits(number)
                + "-"
                + HEX.toHexDigits(createdMs, MS_DIGITS)
                + "-"
                + HEX.toHexDigits(nonce);
    }

    /// What a key says of its object; null if it is not one of the shard's.
    @Nullable Named read(String key) {
        if (!key.startsWith(prefix()) || key.length() != prefix().length() + LENGTH) {
            return null;
        }
        String name = key.substring(prefix().length());
        int ms = NUMBER_DIGITS + 1;
        int nonce = ms + MS_DIGITS + 1;
        try {
            return new Named(
                    HexFormat.fromHexDigitsToLong(name, 0, NUMBER_DIGITS),
                    HexFormat.fromHexDigitsToLong(name, ms, ms + MS_DIGITS),
                    HexFormat.fromHexDigitsToLong(name, nonce, nonce + NUMBER_DIGITS));
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    /// What a key says.
    record Named(long number, long createdMs, long nonce) {}
}
