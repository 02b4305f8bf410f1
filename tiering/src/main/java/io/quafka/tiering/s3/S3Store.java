package io.quafka.tiering.s3;

import io.quafka.tiering.store.ObjectAbsentException;
import io.quafka.tiering.store.ObjectInfo;
import io.quafka.tiering.store.ObjectKeys;
import io.quafka.tiering.store.ObjectPage;
import io.quafka.tiering.store.ObjectStore;
import io.quafka.tiering.store.ObjectUpload;
import io.quafka.tiering.store.StoreException;
import io.quafka.tiering.store.StoreFailureException;
import io.quafka.tiering.store.StoreMeter;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/// Objects in a bucket, of Amazon's S3 or another that speaks its API.
///
/// The SDK repeats what may be repeated, with jitter between, as often and as long as [S3Limits]
/// says; the exceptions here are what is left then. The clock of [#sweepUploads] is this machine's
/// against the store's: choose ages of hours.
public final class S3Store implements ObjectStore {
    private static final int PRECONDITION_FAILED = 412;
    private static final int RANGE_NOT_SATISFIABLE = 416;
    private static final int NOT_FOUND = 404;

    private final S3Client client;
    private final S3Location location;
    private final S3Requests requests;
    private final S3Limits limits;

    private S3Store(S3Client client, S3Config config) {
        this.client = client;
        this.location = config.location();
        this.requests = new S3Requests(config);
        this.limits = config.limits();
    }

    /// Makes a client. Nothing is sent before the first call.
    public static S3Store open(S3Config config, StoreMeter meter) {
        return new S3Store(S3Clients.create(config, meter), config);
    }

    @Override
    public ObjectUpload create(String key) {
        return new S3Upload(client, requests, limits, ObjectKeys.check(key));
    }

    @Override
    public int read(String key, long offset, List<ByteBuffer> destinations) throws StoreException {
        ObjectKeys.check(key);
        if (offset < 0) {
            throw new IllegalArgumentException("negative offset " + offset);
        }
        RangeTransformer range = new RangeTransformer(offset, destinations);
        if (range.wanted() == 0) {
            return 0;
        }
        boolean done = false;
        try {
            int read = client.getObject(requests.get(key, offset, range.wanted()), range);
            done = true;
            return read;
        } catch (SdkException e) {
            if (Failures.status(e) == RANGE_NOT_SATISFIABLE) {
                return 0;
            }
            throw Failures.translate("cannot read object " + key, key, e);
        } finally {
            if (!done) {
                range.rewind();
            }
        }
    }

    @Override
    public ObjectInfo head(String key) throws StoreException {
        ObjectKeys.check(key);
        try {
            HeadObjectResponse head = client.headObject(requests.head(key));
            return new ObjectInfo(key, head.contentLength(), head.lastModified());
        } catch (SdkException e) {
            if (Failures.status(e) == NOT_FOUND) {
                requireBucket();
            }
            throw Failures.translate("cannot look at object " + key, key, e);
        }
    }

    @Override
    public boolean putIfAbsent(String key, ByteBuffer bytes) throws StoreException {
        ObjectKeys.check(key);
        byte[] content = new byte[bytes.remaining()];
        bytes.duplicate().get(content);
        try {
            client.putObject(requests.putIfAbsent(key), RequestBody.fromBytes(content));
            return true;
        } catch (SdkException e) {
            if (Failures.status(e) == PRECONDITION_FAILED) {
                return holds(key, content);
            }
            throw Failures.translate("cannot store object " + key, key, e);
        }
    }

    /// Whether the object has this content: it may be ours, of an attempt whose answer was lost.
    private boolean holds(String key, byte[] content) throws StoreException {
        ByteBuffer there = ByteBuffer.allocate(content.length + 1);
        try {
            read(key, 0, there);
        } catch (ObjectAbsentException e) {
            return false;
        }
        return there.flip().equals(ByteBuffer.wrap(content));
    }

    @Override
    public ObjectPage list(String prefix, @Nullable String after) throws StoreException {
        ObjectKeys.checkPrefix(prefix);
        try {
            ListObjectsV2Response response = client.listObjectsV2(requests.list(prefix, after));
            List<ObjectInfo> objects = new ArrayList<>();
            for (S3Object each : response.contents()) {
                objects.add(
                        new ObjectInfo(
                                requests.keyOf(each.key()), each.size(), each.lastModified()));
            }
            boolean more = Boolean.TRUE.equals(response.isTruncated()) && !objects.isEmpty();
            return new ObjectPage(objects, more ? objects.getLast().key() : null);
        } catch (SdkException e) {
            throw Failures.translate("cannot list objects " + prefix, prefix, e);
        }
    }

    @Override
    public void delete(Collection<String> keys) throws StoreException {
        keys.forEach(ObjectKeys::check);
        List<String> distinct = List.copyOf(new LinkedHashSet<>(keys));
        StoreException first = null;
        for (int at = 0; at < distinct.size(); at += PAGE_SIZE) {
            List<String> page = distinct.subList(at, Math.min(at + PAGE_SIZE, distinct.size()));
            try {
                deletePage(page);
            } catch (StoreException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void deletePage(List<String> keys) throws StoreException {
        List<ObjectIdentifier> ids = new ArrayList<>();
        for (String key : keys) {
            ids.add(ObjectIdentifier.builder().key(requests.path(key)).build());
        }
        try {
            DeleteObjectsResponse response = client.deleteObjects(requests.delete(ids));
            for (S3Error error : response.errors()) {
                throw Failures.ofCode(
                        "cannot delete object %s: %s".formatted(error.key(), error.message()),
                        error.code());
            }
        } catch (SdkException e) {
            throw Failures.translate("cannot delete objects", keys.getFirst(), e);
        }
    }

    @Override
    public int sweepUploads(Duration age) throws StoreException {
        Instant before = Instant.now().minus(age);
        int swept = 0;
        try {
            String keyMarker = null;
            String idMarker = null;
            boolean more = true;
            while (more) {
                ListMultipartUploadsResponse page =
                        client.listMultipartUploads(requests.uploads(keyMarker, idMarker));
                for (MultipartUpload upload : page.uploads()) {
                    if (!upload.initiated().isAfter(before)) {
                        client.abortMultipartUpload(
                                requests.abort(requests.keyOf(upload.key()), upload.uploadId()));
                        swept++;
                    }
                }
                keyMarker = page.nextKeyMarker();
                idMarker = page.nextUploadIdMarker();
                more = Boolean.TRUE.equals(page.isTruncated());
            }
            return swept;
        } catch (SdkException e) {
            throw Failures.translate("cannot sweep uploads", location.toString(), e);
        }
    }

    @Override
    public String location() {
        return location.toString();
    }

    @Override
    public void close() {
        client.close();
    }

    /// A HEAD that finds nothing does not say whether it is the object that is missing.
    private void requireBucket() throws StoreException {
        try {
            client.headBucket(requests.bucket());
        } catch (S3Exception e) {
            throw Failures.translateBucket("cannot use bucket " + location.bucket(), e);
        } catch (SdkException e) {
            throw new StoreFailureException("cannot look at bucket " + location.bucket(), e);
        }
    }
}
