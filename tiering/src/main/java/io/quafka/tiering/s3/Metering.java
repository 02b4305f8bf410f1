package io.quafka.tiering.s3;

import io.quafka.tiering.store.StoreMeter;
import io.quafka.tiering.store.StoreOperation;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpHeaders;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;

/// Tells the meter of every request that goes out, repeated ones too.
///
/// A request has ended when its answer begins, when the next attempt starts, or when the call
/// fails.
final class Metering implements ExecutionInterceptor {
    private static final ExecutionAttribute<Attempt> ATTEMPT =
            new ExecutionAttribute<>("quafka-attempt");

    private final StoreMeter meter;

    Metering(StoreMeter meter) {
        this.meter = meter;
    }

    @Override
    public void beforeTransmission(
            Context.BeforeTransmission context, ExecutionAttributes attributes) {
        failPending(attributes);
        attributes.putAttribute(
                ATTEMPT,
                new Attempt(
                        operation(context.request()),
                        contentBytes(context.httpRequest()),
                        System.nanoTime()));
    }

    @Override
    public void afterTransmission(
            Context.AfterTransmission context, ExecutionAttributes attributes) {
        Attempt attempt = attributes.getAttribute(ATTEMPT);
        if (attempt == null) {
            return;
        }
        attributes.putAttribute(ATTEMPT, null);
        boolean succeeded = context.httpResponse().isSuccessful();
        long bytes =
                attempt.operation == StoreOperation.GET && succeeded
                        ? contentBytes(context.httpResponse())
                        : attempt.bytes;
        end(attempt, succeeded, bytes);
    }

    @Override
    public void onExecutionFailure(
            Context.FailedExecution context, ExecutionAttributes attributes) {
        failPending(attributes);
    }

    private void failPending(ExecutionAttributes attributes) {
        Attempt pending = attributes.getAttribute(ATTEMPT);
        if (pending != null) {
            attributes.putAttribute(ATTEMPT, null);
            end(pending, false, pending.bytes);
        }
    }

    private void end(Attempt attempt, boolean succeeded, long bytes) {
        meter.request(
                attempt.operation, succeeded, bytes, System.nanoTime() - attempt.startedNanos);
    }

    private static StoreOperation operation(SdkRequest request) {
        return switch (request) {
            case GetObjectRequest _ -> StoreOperation.GET;
            case HeadObjectRequest _, HeadBucketRequest _ -> StoreOperation.HEAD;
            case ListObjectsV2Request _, ListMultipartUploadsRequest _ -> StoreOperation.LIST;
            case DeleteObjectsRequest _, AbortMultipartUploadRequest _ -> StoreOperation.DELETE;
            default -> StoreOperation.PUT;
        };
    }

    /// Of objects' content, not of what S3 wraps around it.
    private static long contentBytes(SdkHttpHeaders headers) {
        return headers.firstMatchingHeader("x-amz-decoded-content-length")
                .or(() -> headers.firstMatchingHeader("Content-Length"))
                .map(Long::parseLong)
                .orElse(0L);
    }

    private record Attempt(StoreOperation operation, long bytes, long startedNanos) {}
}
