package io.quafka.tiering.s3;

import io.quafka.tiering.s3.S3Handling.Checksums;
import io.quafka.tiering.s3.S3Handling.Encryption;
import io.quafka.tiering.store.ObjectStore;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadBucketRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/// Makes requests of keys, as the configuration has it.
final class S3Requests {
    /// Metadata of an object that says which upload made it.
    static final String UPLOAD_ID = "quafka-upload";

    private final S3Location location;
    private final S3Handling handling;

    S3Requests(S3Config config) {
        this.location = config.location();
        this.handling = config.handling();
    }

    /// The key as the bucket knows it.
    String path(String key) {
        return location.prefix() + key;
    }

    /// The key that the bucket knows under a path.
    String keyOf(String path) {
        return path.substring(location.prefix().length());
    }

    GetObjectRequest get(String key, long offset, int length) {
        return GetObjectRequest.builder()
                .bucket(location.bucket())
                .key(path(key))
                .range("bytes=" + offset + "-" + (offset + length - 1))
                .build();
    }

    HeadObjectRequest head(String key) {
        return HeadObjectRequest.builder().bucket(location.bucket()).key(path(key)).build();
    }

    HeadBucketRequest bucket() {
        return HeadBucketRequest.builder().bucket(location.bucket()).build();
    }

    PutObjectRequest put(String key, String uploadId) {
        return put(key).metadata(Map.of(UPLOAD_ID, uploadId)).build();
    }

    PutObjectRequest putIfAbsent(String key) {
        return put(key).ifNoneMatch("*").build();
    }

    private PutObjectRequest.Builder put(String key) {
        PutObjectRequest.Builder put =
                PutObjectRequest.builder()
                        .bucket(location.bucket())
                        .key(path(key))
                        .storageClass(handling.storageClass())
                        .checksumAlgorithm(checksum());
        return switch (handling.encryption()) {
            case Encryption.Bucket() -> put;
            case Encryption.Aes256() -> put.serverSideEncryption(ServerSideEncryption.AES256);
            case Encryption.Kms(String keyId) ->
                    put.serverSideEncryption(ServerSideEncryption.AWS_KMS).ssekmsKeyId(keyId);
        };
    }

    CreateMultipartUploadRequest createUpload(String key, String uploadId) {
        CreateMultipartUploadRequest.Builder create =
                CreateMultipartUploadRequest.builder()
                        .bucket(location.bucket())
                        .key(path(key))
                        .storageClass(handling.storageClass())
                        .checksumAlgorithm(checksum())
                        .metadata(Map.of(UPLOAD_ID, uploadId));
        return switch (handling.encryption()) {
            case Encryption.Bucket() -> create.build();
            case Encryption.Aes256() ->
                    create.serverSideEncryption(ServerSideEncryption.AES256).build();
            case Encryption.Kms(String keyId) ->
                    create.serverSideEncryption(ServerSideEncryption.AWS_KMS)
                            .ssekmsKeyId(keyId)
                            .build();
        };
    }

    UploadPartRequest part(String key, String id, int number) {
        return UploadPartRequest.builder()
                .bucket(location.bucket())
                .key(path(key))
                .uploadId(id)
                .partNumber(number)
                .checksumAlgorithm(checksum())
                .build();
    }

    CompleteMultipartUploadRequest complete(String key, String id, List<CompletedPart> parts) {
        return CompleteMultipartUploadRequest.builder()
                .bucket(location.bucket())
                .key(path(key))
                .uploadId(id)
                .multipartUpload(upload -> upload.parts(parts))
                .build();
    }

    AbortMultipartUploadRequest abort(String key, String id) {
        return AbortMultipartUploadRequest.builder()
                .bucket(location.bucket())
                .key(path(key))
                .uploadId(id)
                .build();
    }

    ListObjectsV2Request list(String prefix, @Nullable String after) {
        return ListObjectsV2Request.builder()
                .bucket(location.bucket())
                .prefix(path(prefix))
                .startAfter(after == null ? null : path(after))
                .maxKeys(ObjectStore.PAGE_SIZE)
                .build();
    }

    ListMultipartUploadsRequest uploads(@Nullable String keyMarker, @Nullable String idMarker) {
        return ListMultipartUploadsRequest.builder()
                .bucket(location.bucket())
                .prefix(location.prefix().isEmpty() ? null : location.prefix())
                .keyMarker(keyMarker)
                .uploadIdMarker(idMarker)
                .build();
    }

    DeleteObjectsRequest delete(List<ObjectIdentifier> ids) {
        return DeleteObjectsRequest.builder()
                .bucket(location.bucket())
                .delete(objects -> objects.objects(ids).quiet(true))
                .build();
    }

    private @Nullable ChecksumAlgorithm checksum() {
        return handling.checksums() == Checksums.WHEN_SUPPORTED ? ChecksumAlgorithm.CRC32_C : null;
    }
}
