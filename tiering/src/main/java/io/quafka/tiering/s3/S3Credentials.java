package io.quafka.tiering.s3;

import org.jspecify.annotations.Nullable;

/// Who we are to the store.
public sealed interface S3Credentials {
    /// Keys that were configured.
    ///
    /// @param sessionToken of temporary keys
    record Static(String accessKey, String secretKey, @Nullable String sessionToken)
            implements S3Credentials {
        /// Without the secrets.
        @Override
        public String toString() {
            return "access key " + accessKey;
        }
    }

    /// A profile of the files that Amazon's tools share (`~/.aws`).
    record Profile(String name) implements S3Credentials {}

    /// What the environment gives: variables, a role of the pod, the container or the instance.
    record Environment() implements S3Credentials {}

    /// None: a bucket that anybody may use.
    record Anonymous() implements S3Credentials {}
}
