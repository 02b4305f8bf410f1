package io.quafka.tiering.s3;

import io.quafka.tiering.store.ObjectUpload;
import io.quafka.tiering.store.StoreBusyException;
import io.quafka.tiering.store.StoreException;
import io.quafka.tiering.store.StoreFailureException;
import io.quafka.tiering.store.StoredObject;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/// An upload to S3: one request if it fits into a part, else parts, of which several are on their
/// way while the next one is filled.
///
/// The object carries the upload's own id as metadata: where the answer to the last request was
/// lost, that tells whether the object is there, and is this one.
final class S3Upload implements ObjectUpload {
    private static final int FIRST_BUFFER_BYTES = 64 << 10;
    private static final String CONTENT_TYPE = "application/octet-stream";

    private final S3Client client;
    private final S3Requests requests;
    private final S3Limits limits;
    private final String key;
    private final String uploadId = UUID.randomUUID().toString();

    private final CRC32C crc = new CRC32C();
    private final Deque<Sending> sending = new ArrayDeque<>();
    private final List<CompletedPart> sent = new ArrayList<>();
    private byte[] part = new byte[0];

    /// Of a part that was sent, for the next one.
    private byte[] spare = new byte[0];

    private int filled;
    private long size;

    /// The store's name for the multipart upload; null while there is none.
    private @Nullable String multipart;

    private State state = State.WRITING;

    S3Upload(S3Client client, S3Requests requests, S3Limits limits, String key) {
        this.client = client;
        this.requests = requests;
        this.limits = limits;
        this.key = key;
    }

    @Override
    public void write(ByteBuffer bytes) throws StoreException {
        check();
        state = State.FAILED;
        crc.update(bytes.duplicate());
        size += bytes.remaining();
        while (bytes.hasRemaining()) {
            if (filled == limits.partBytes()) {
                sendPart();
            }
            int length = Math.min(bytes.remaining(), limits.partBytes() - filled);
            reserve(filled + length);
            bytes.get(part, filled, length);
            filled += length;
        }
        state = State.WRITING;
    }

    @Override
    public StoredObject commit() throws StoreException {
        check();
        state = State.FAILED;
        if (multipart == null) {
            putWhole();
        } else {
            sendPart();
            while (!sending.isEmpty()) {
                awaitOldest();
            }
            complete(multipart);
        }
        state = State.ENDED;
        dropBuffers();
        return new StoredObject(key, size, crc.getValue());
    }

    @Override
    public void abort() {
        if (state == State.ENDED) {
            return;
        }
        state = State.ENDED;
        dropBuffers();
        endSending();
        if (multipart != null) {
            try {
                client.abortMultipartUpload(requests.abort(key, multipart));
            } catch (SdkException e) {
                // The sweep removes it.
            }
        }
    }

    /// Parts that arrive after the abort would stay for ever: waits for those on their way, no
    /// longer than a request takes.
    private void endSending() {
        sending.forEach(each -> each.thread.interrupt());
        try {
            for (Sending each : sending) {
                each.thread.join(limits.attemptTimeout());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sending.clear();
    }

    private void dropBuffers() {
        part = new byte[0];
        spare = part;
    }

    @Override
    public long size() {
        return size;
    }

    private void check() {
        if (state != State.WRITING) {
            throw new IllegalStateException("the upload of " + key + " is " + state);
        }
    }

    /// Grows the buffer as it is needed: most uploads of little objects never take a whole part.
    private void reserve(int bytes) {
        if (part.length < bytes) {
            int doubled = Math.max(FIRST_BUFFER_BYTES, part.length * 2);
            part = Arrays.copyOf(part, Math.min(limits.partBytes(), Math.max(bytes, doubled)));
        }
    }

    private void putWhole() throws StoreException {
        try {
            client.putObject(requests.put(key, uploadId), body(part, filled));
        } catch (SdkException e) {
            throw Failures.translate("cannot store object " + key, key, e);
        }
    }

    private void sendPart() throws StoreException {
        String id = multipart;
        if (id == null) {
            id = createMultipart();
            multipart = id;
        }
        if (sending.size() == limits.partsInFlight()) {
            awaitOldest();
        }
        int number = sent.size() + sending.size() + 1;
        byte[] content = part;
        int length = filled;
        String upload = id;
        FutureTask<CompletedPart> task =
                new FutureTask<>(() -> uploadPart(upload, number, content, length));
        sending.add(new Sending(task, content, Thread.ofVirtual().name("upload-part").start(task)));
        part = spare;
        spare = new byte[0];
        filled = 0;
    }

    private String createMultipart() throws StoreException {
        try {
            return client.createMultipartUpload(requests.createUpload(key, uploadId)).uploadId();
        } catch (SdkException e) {
            throw Failures.translate("cannot begin the upload of " + key, key, e);
        }
    }

    private CompletedPart uploadPart(String id, int number, byte[] content, int length) {
        UploadPartResponse response =
                client.uploadPart(requests.part(key, id, number), body(content, length));
        return CompletedPart.builder()
                .partNumber(number)
                .eTag(response.eTag())
                .checksumCRC32C(response.checksumCRC32C())
                .build();
    }

    private void awaitOldest() throws StoreException {
        try {
            sent.add(sending.element().part.get());
            spare = sending.remove().content;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreBusyException("interrupted in the upload of " + key, Duration.ZERO, e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SdkException cause) {
                throw Failures.translate("cannot upload a part of " + key, key, cause);
            }
            throw new StoreFailureException("cannot upload a part of " + key, e.getCause());
        }
    }

    private void complete(String id) throws StoreException {
        try {
            client.completeMultipartUpload(requests.complete(key, id, sent));
        } catch (SdkException e) {
            // Repeated after its answer was lost, it finds no upload any more.
            boolean gone = "NoSuchUpload".equals(Failures.code(e)) || Failures.status(e) == 404;
            if (!gone || !isThere()) {
                throw Failures.translate("cannot complete the upload of " + key, key, e);
            }
        }
    }

    private boolean isThere() {
        try {
            HeadObjectResponse head = client.headObject(requests.head(key));
            return uploadId.equals(head.metadata().get(S3Requests.UPLOAD_ID))
                    && head.contentLength() == size;
        } catch (SdkException e) {
            return false;
        }
    }

    private static RequestBody body(byte[] content, int length) {
        return RequestBody.fromContentProvider(
                () -> new ByteArrayInputStream(content, 0, length), length, CONTENT_TYPE);
    }

    /// A part on its way.
    private record Sending(FutureTask<CompletedPart> part, byte[] content, Thread thread) {}

    private enum State {
        WRITING,
        FAILED,
        ENDED
    }
}
