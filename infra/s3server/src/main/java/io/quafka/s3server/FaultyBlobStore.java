package io.quafka.s3server;

import io.quafka.s3server.S3Faults.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadResponse;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/// A store with the faults that are expected of it.
final class FaultyBlobStore extends ForwardingBlobStore {
    private final S3Faults faults;

    FaultyBlobStore(BlobStore store, S3Faults faults) {
        super(store);
        this.faults = faults;
    }

    @Override
    public PutObjectResponse putBlob(PutObjectRequest request, InputStream content) {
        faults.before();
        return faults.after(super.putBlob(request, content));
    }

    @Override
    public HeadObjectResponse blobMetadata(HeadObjectRequest request) {
        faults.before();
        return super.blobMetadata(request);
    }

    @Override
    public ListObjectsV2Response list(ListObjectsV2Request request) {
        faults.before();
        return super.list(request);
    }

    @Override
    public ResponseInputStream<GetObjectResponse> getBlob(GetObjectRequest request) {
        faults.before();
        ResponseInputStream<GetObjectResponse> whole = super.getBlob(request);
        if (!faults.happens(Kind.CUT_READ)) {
            return whole;
        }
        try (whole) {
            byte[] content = whole.readAllBytes();
            InputStream half = new ByteArrayInputStream(content, 0, content.length / 2);
            return new ResponseInputStream<>(whole.response(), AbortableInputStream.create(half));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public DeleteObjectsResponse removeBlobs(DeleteObjectsRequest request) {
        faults.before();
        if (!faults.happens(Kind.PARTIAL_DELETE)) {
            return super.removeBlobs(request);
        }
        List<ObjectIdentifier> taken = new ArrayList<>();
        List<S3Error> errors = new ArrayList<>();
        for (ObjectIdentifier each : request.delete().objects()) {
            if ((taken.size() + errors.size()) % 2 == 0) {
                taken.add(each);
            } else {
                errors.add(
                        S3Error.builder()
                                .key(each.key())
                                .code("InternalError")
                                .message("not now")
                                .build());
            }
        }
        super.removeBlobs(
                request.toBuilder()
                        .delete(request.delete().toBuilder().objects(taken).build())
                        .build());
        return DeleteObjectsResponse.builder().errors(errors).build();
    }

    @Override
    public MultipartUpload initiateMultipartUpload(CreateMultipartUploadRequest request) {
        faults.before();
        return super.initiateMultipartUpload(request);
    }

    @Override
    public UploadPartResponse uploadMultipartPart(
            MultipartUpload upload, UploadPartRequest request, InputStream content) {
        faults.before();
        return faults.after(super.uploadMultipartPart(upload, request, content));
    }

    @Override
    public CompleteMultipartUploadResponse completeMultipartUpload(
            MultipartUpload upload, CompleteMultipartUploadRequest request) {
        faults.before();
        return faults.after(super.completeMultipartUpload(upload, request));
    }
}
