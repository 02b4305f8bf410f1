package io.quafka.storage.backup;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// The keys of copies. In the order of their bytes, later ones come behind earlier ones: whoever
/// was given a higher epoch stands over all that lower ones write, at any time.
///
/// ```
/// manifest := cluster "/manifest-" shard "/" epoch:8 "-" sequence:16 "-" kind
/// kind     := "claim" (an epoch was taken), "whole" (a manifest), "more" (what changed since)
/// internal := cluster "/internal-" shard "/" epoch:8 "-" sequence:16
/// metadata := cluster "/cluster/" epoch:8 "-" version:16
/// ```
///
/// Numbers with a length are hexadecimal, with zeros in front. The epoch is that of the shard; of
/// metadata, that of the cluster's first shard, whose leader writes it.
///
/// @param clusterId so that clusters may share a bucket
public record BackupNames(String clusterId) {
    static final String CLAIM = "claim";
    static final String WHOLE = "whole";
    static final String MORE = "more";

    private static final HexFormat HEX = HexFormat.of();
    private static final int EPOCH_DIGITS = 8;
    private static final int NUMBER_DIGITS = 16;

    /// A key that was read back.
    ///
    /// @param number its sequence, or version
    /// @param kind empty where there is none
    public record Named(String key, int epoch, long number, String kind) {}

    String manifests(int shard) {
        return clusterId + "/manifest-" + shard + "/";
    }

    public String internal(int shard) {
        return clusterId + "/internal-" + shard + "/";
    }

    String metadata() {
        return clusterId + "/cluster/";
    }

    String manifest(int shard, int epoch, long sequence, String kind) {
        return key(manifests(shard), epoch, sequence) + "-" + kind;
    }

    /// A key below a prefix.
    public static String key(String prefix, int epoch, long number) {
        return prefix + HEX.toHexDigits(epoch) + "-" + HEX.toHexDigits(number);
    }

    /// What a key says; null if it is none of these below the prefix.
    static @Nullable Named read(String prefix, String key) {
        int number = prefix.length() + EPOCH_DIGITS + 1;
        int end = number + NUMBER_DIGITS;
        if (!key.startsWith(prefix) || key.length() < end) {
            return null;
        }
        String kind = key.length() > end ? key.substring(end + 1) : "";
        try {
            return new Named(
                    key,
                    HexFormat.fromHexDigits(key, prefix.length(), number - 1),
                    HexFormat.fromHexDigitsToLong(key, number, end),
                    kind);
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
