package io.quafka.storage;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersResponseData;
import org.apache.kafka.common.protocol.ApiMessage;

/// A storage node as a gateway uses it: in this process, or across the network by the same Kafka
/// messages.
///
/// Requests name only partitions that the node leads; any other gets NOT_LEADER_OR_FOLLOWER, or
/// UNKNOWN_TOPIC_ID / UNKNOWN_TOPIC_OR_PARTITION where the node's image knows none. Errors are in
/// the answers, partition by partition; a future fails only when the node cannot be reached or is
/// closing. All methods return at once and may be called from any thread.
public interface StorageNode {
    /// Appends one batch per partition. Topics are named by **id** (`topicId`; `name` is not read),
    /// as in Produce version 13. With a transactional id, the transaction's coordinator is asked
    /// before its first batch goes to a partition; see [ImplicitTransaction].
    ///
    /// The future completes when every partition is durable as the node's fsync mode and the
    /// request's `acks` say, or refused. Record bytes are used in place, and **changed** in place
    /// (base offset, leader epoch, timestamps): the caller keeps the buffers alive, and does not
    /// touch them, until the future completes. Batches of one call are appended in its order, and
    /// calls made one after the other by one thread are appended in that order.
    CompletableFuture<ProduceResponseData> produce(ProduceRequestData request);

    /// Reads from the request's partitions, named by topic **id**, as in Fetch version 13;
    /// `sessionId` and `forgottenTopicsData` are the gateway's business and are not read.
    ///
    /// Read committed: no further than the last stable offset, with the aborted transactions that
    /// what was read is of.
    ///
    /// Where the offset asked for has left the node's disk, the answer says in which objects it
    /// lies: a [History] in the place of records.
    ///
    /// Waits up to `maxWaitMs` until `minBytes` are there, as Kafka does; a partition in error
    /// answers at once. The answer has **every** partition asked for, in order, with `topicId` set.
    CompletableFuture<FetchReply> fetch(FetchRequestData request);

    /// Earliest, latest, by timestamp, max timestamp, earliest local, latest tiered, earliest
    /// pending upload. Topics by name. Where a time may be found in objects, the answer has a
    /// [History] that says so, beside what to answer if it is not.
    CompletableFuture<ListOffsetsResponseData> listOffsets(ListOffsetsRequestData request);

    CompletableFuture<OffsetForLeaderEpochResponseData> offsetForLeaderEpoch(
            OffsetForLeaderEpochRequestData request);

    /// Raises log start offsets; durable when the future completes.
    CompletableFuture<DeleteRecordsResponseData> deleteRecords(DeleteRecordsRequestData request);

    CompletableFuture<DescribeProducersResponseData> describeProducers(
            DescribeProducersRequestData request);

    /// Ends transactions in partitions: markers are durable, or refused, when the future completes.
    /// Topics by name. A marker that was written before is written once.
    CompletableFuture<WriteTxnMarkersResponseData> writeTxnMarkers(
            WriteTxnMarkersRequestData request);

    CompletableFuture<DescribeLogDirsResponseData> describeLogDirs(
            DescribeLogDirsRequestData request);

    /// Has the coordinators on this node answer a client's request: those whose partition of
    /// `__consumer_offsets` or `__transaction_state` the node leads. For a key of any other
    /// partition the answer says NOT_COORDINATOR, while a partition is loaded
    /// COORDINATOR_LOAD_IN_PROGRESS.
    ///
    /// The future may take as long as a group's rebalance does. The answer is of the request's API,
    /// to be written at its version.
    CompletableFuture<ApiMessage> coordinate(CoordinatorCall call);
}
