package io.quafka.storage.coordinator;

import io.quafka.storage.CoordinatorCall;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;

/// A kind of coordinator, with a part of its state in each partition of one internal topic. Made
/// when this node leads the first of them; all but [#handle] is called by one thread.
interface HostedCoordinator {
    /// The node leads a partition: its state is loaded. Again for a partition that it leads
    /// already: the state is kept.
    void elected(int partition, int epoch);

    /// The node does not lead a partition any more, or its state is of no use: it is forgotten.
    void resigned(int partition);

    /// What each group is configured with, from now on; before the first partition is led, and with
    /// every change.
    default void groupsConfigured(Map<String, Map<String, String>> configs) {}

    /// @param delta from the image before; the first one may leave out what it is based upon
    void metadataChanged(MetadataDelta delta, MetadataImage image);

    /// Answers a request of one of the kind's APIs. A failed future is made an answer that refuses
    /// the request.
    CompletableFuture<? extends ApiMessage> handle(CoordinatorCall call);

    /// Writes the marker that ends a transaction in a partition; durable when the future completes.
    default CompletableFuture<Void> endTransaction(int partition, WritableTxnMarker marker) {
        return CompletableFuture.failedFuture(Errors.INVALID_REQUEST.exception());
    }

    void close() throws Exception;
}
