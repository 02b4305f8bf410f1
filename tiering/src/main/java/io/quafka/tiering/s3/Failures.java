package io.quafka.tiering.s3;

import io.quafka.tiering.store.ObjectAbsentException;
import io.quafka.tiering.store.StoreBusyException;
import io.quafka.tiering.store.StoreDeniedException;
import io.quafka.tiering.store.StoreException;
import io.quafka.tiering.store.StoreFailureException;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.RetryableException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/// Says in the port's words what went wrong.
final class Failures {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);
    private static final int CAUSES_MAX = 10;

    private static final Set<String> BUSY_CODES =
            Set.of(
                    "SlowDown",
                    "ServiceUnavailable",
                    "InternalError",
                    "RequestTimeout",
                    "OperationAborted",
                    "ConditionalRequestConflict",
                    "TooManyRequests",
                    "RequestLimitExceeded",
                    "Throttling",
                    "ThrottlingException",
                    "BandwidthLimitExceeded");

    private static final Set<String> DENIED_CODES =
            Set.of(
                    "AccessDenied",
                    "AccountProblem",
                    "AllAccessDisabled",
                    "AuthorizationHeaderMalformed",
                    "ExpiredToken",
                    "InvalidAccessKeyId",
                    "InvalidBucketName",
                    "InvalidSecurity",
                    "InvalidToken",
                    "NoSuchBucket",
                    "PermanentRedirect",
                    "RequestTimeTooSkewed",
                    "SignatureDoesNotMatch");

    private Failures() {}

    /// The answer's HTTP status; 0 if there was none.
    static int status(SdkException e) {
        return e instanceof S3Exception answered ? answered.statusCode() : 0;
    }

    static String code(SdkException e) {
        AwsErrorDetails details =
                e instanceof S3Exception answered ? answered.awsErrorDetails() : null;
        return details == null || details.errorCode() == null ? "" : details.errorCode();
    }

    /// @param key of the object that the call was about
    static StoreException translate(String what, String key, SdkException e) {
        if (!(e instanceof S3Exception answered)) {
            return unanswered(what, e);
        }
        String code = code(e);
        String message = what + ": " + e.getMessage();
        if (BUSY_CODES.contains(code)) {
            return new StoreBusyException(message, retryAfter(answered), e);
        }
        if (DENIED_CODES.contains(code)) {
            return new StoreDeniedException(message, e);
        }
        return switch (answered.statusCode()) {
            case 404 -> new ObjectAbsentException(key, e);
            case 301, 401, 403 -> new StoreDeniedException(message, e);
            case 408, 409, 425, 429, 500, 502, 503, 504 ->
                    new StoreBusyException(message, retryAfter(answered), e);
            default -> new StoreFailureException(message, e);
        };
    }

    /// Of a call about the bucket itself: one that is absent was misnamed, or taken from us.
    static StoreException translateBucket(String what, S3Exception e) {
        return e.statusCode() == 404
                ? new StoreDeniedException(what + ": there is none", e)
                : translate(what, what, e);
    }

    /// Of one object of several, for which the store gave a code only.
    static StoreException ofCode(String message, @Nullable String code) {
        if (code != null && DENIED_CODES.contains(code)) {
            return new StoreDeniedException(message, null);
        }
        return code != null && BUSY_CODES.contains(code)
                ? new StoreBusyException(message, RETRY_AFTER, null)
                : new StoreFailureException(message, null);
    }

    private static StoreException unanswered(String what, SdkException e) {
        String message = what + ": " + e.getMessage();
        if (e instanceof AbortedException) {
            return new StoreBusyException(what + ": interrupted", RETRY_AFTER, e);
        }
        boolean late =
                e instanceof ApiCallTimeoutException
                        || e instanceof ApiCallAttemptTimeoutException
                        || e instanceof RetryableException;
        if (late || isConnection(e)) {
            return new StoreBusyException(message, RETRY_AFTER, e);
        }
        return String.valueOf(e.getMessage()).contains("credentials")
                ? new StoreDeniedException(message, e)
                : new StoreFailureException(message, e);
    }

    private static boolean isConnection(Throwable e) {
        Throwable cause = e;
        for (int i = 0; cause != null && i < CAUSES_MAX; i++, cause = cause.getCause()) {
            if (cause instanceof IOException) {
                return true;
            }
        }
        return false;
    }

    private static Duration retryAfter(S3Exception e) {
        AwsErrorDetails details = e.awsErrorDetails();
        if (details == null || details.sdkHttpResponse() == null) {
            return RETRY_AFTER;
        }
        return details.sdkHttpResponse()
                .firstMatchingHeader("Retry-After")
                .filter(text -> text.matches("[0-9]{1,4}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)))
                .orElse(RETRY_AFTER);
    }
}
