package io.quafka.s3server;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Object;

/// An S3 server on a free port of this machine, which checks signatures and keeps objects in memory
/// or in files.
public final class S3Server implements AutoCloseable {
    public static final String ACCESS_KEY = "quafka-access";
    public static final String SECRET_KEY = "quafka-secret";
    public static final String BUCKET = "quafka";

    private static final String LOOPBACK = "127.0.0.1";

    private final S3Proxy server;
    private final BlobStore objects;
    private final S3Faults faults;
    private final String host;

    private S3Server(S3Proxy server, BlobStore objects, S3Faults faults, String host) {
        this.server = server;
        this.objects = objects;
        this.faults = faults;
        this.host = host;
    }

    /// Starts a server that keeps objects in memory.
    public static S3Server inMemory() throws Exception {
        return start(new TransientNio2BlobStore(), LOOPBACK, 0);
    }

    /// Starts a server that keeps objects in a directory.
    ///
    /// @param host the address that it listens on
    public static S3Server inDirectory(Path directory, String host, int port) throws Exception {
        return start(new FilesystemNio2BlobStore(directory.toString()), host, port);
    }

    private static S3Server start(BlobStore objects, String host, int port) throws Exception {
        if (!objects.containerExists(BUCKET)) {
            objects.createContainer(BUCKET);
        }
        S3Faults faults = new S3Faults();
        S3Proxy server =
                S3Proxy.builder()
                        .blobStore(new FaultyBlobStore(objects, faults))
                        .endpoint(URI.create("http://" + host + ":" + port))
                        .awsAuthentication(AuthenticationType.AWS_V4, ACCESS_KEY, SECRET_KEY)
                        .build();
        server.start();
        return new S3Server(server, objects, faults, host);
    }

    public int port() {
        return server.getPort();
    }

    public URI endpoint() {
        return URI.create("http://" + host + ":" + port());
    }

    /// What goes wrong from now on.
    public S3Faults faults() {
        return faults;
    }

    /// Multipart uploads that were begun, and neither completed nor aborted.
    public int uploadsGoingOn() {
        return objects.listMultipartUploads(BUCKET).size();
    }

    /// Deletes the bucket with all that is in it.
    public void removeBucket() {
        empty();
        objects.deleteBucket(BUCKET);
    }

    /// The keys of all objects that begin with a prefix.
    public List<String> keys(String prefix) {
        List<String> keys = new ArrayList<>();
        String after = null;
        boolean more = true;
        while (more) {
            var page =
                    objects.list(
                            ListObjectsV2Request.builder()
                                    .bucket(BUCKET)
                                    .prefix(prefix)
                                    .startAfter(after)
                                    .build());
            page.contents().forEach(each -> keys.add(each.key()));
            more = Boolean.TRUE.equals(page.isTruncated()) && !page.contents().isEmpty();
            after = keys.isEmpty() ? null : keys.getLast();
        }
        return keys;
    }

    /// Deletes all objects.
    public void empty() {
        boolean more = true;
        while (more) {
            var page = objects.list(ListObjectsV2Request.builder().bucket(BUCKET).build());
            for (S3Object each : page.contents()) {
                objects.removeBlob(BUCKET, each.key());
            }
            more = Boolean.TRUE.equals(page.isTruncated());
        }
    }

    @Override
    public void close() throws Exception {
        server.stop();
        objects.close();
    }

    /// Serves until its end of input: `<directory> <port> [<host>]`. Prints the endpoint.
    public static void main(String[] args) throws Exception {
        String host = args.length > 2 ? args[2] : LOOPBACK;
        try (S3Server server = inDirectory(Path.of(args[0]), host, Integer.parseInt(args[1]))) {
            System.out.println(server.endpoint());
            while (System.in.read() >= 0) {}
        }
    }
}
