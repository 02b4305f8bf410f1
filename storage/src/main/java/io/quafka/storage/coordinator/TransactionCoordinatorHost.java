package io.quafka.storage.coordinator;

import io.quafka.controller.Metadata;
import io.quafka.storage.CoordinatorCall;
import io.quafka.storage.StoragePeers;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.coordinator.transaction.TransactionStateManagerConfig;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;

/// The transaction coordinator on partitions of `__transaction_state`.
final class TransactionCoordinatorHost implements HostedCoordinator {
    static final Set<ApiKeys> APIS =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            ApiKeys.INIT_PRODUCER_ID,
                            ApiKeys.ADD_PARTITIONS_TO_TXN,
                            ApiKeys.ADD_OFFSETS_TO_TXN,
                            ApiKeys.END_TXN,
                            ApiKeys.DESCRIBE_TRANSACTIONS,
                            ApiKeys.LIST_TRANSACTIONS));

    private final Transactions transactions;
    private final TransactionRequests requests;

    private TransactionCoordinatorHost(Transactions transactions, TransactionRequests requests) {
        this.transactions = transactions;
        this.requests = requests;
    }

    static TransactionCoordinatorHost start(
            CoordinatorEnvironment environment, Metadata metadata, StoragePeers peers) {
        TransactionStateManagerConfig config =
                new TransactionStateManagerConfig(
                        new AbstractConfig(
                                TransactionStateManagerConfig.CONFIG_DEF,
                                environment.config().settings(),
                                false));
        Transactions transactions = new Transactions(environment, config, metadata, peers);
        transactions.start();
        return new TransactionCoordinatorHost(
                transactions, new TransactionRequests(transactions, metadata, environment.time()));
    }

    @Override
    public void elected(int partition, int epoch) {
        transactions.elected(partition, epoch);
    }

    @Override
    public void resigned(int partition) {
        transactions.resigned(partition);
    }

    @Override
    public void metadataChanged(MetadataDelta delta, MetadataImage image) {
        // Markers go by the newest image when they are sent.
    }

    @Override
    public CompletableFuture<? extends ApiMessage> handle(CoordinatorCall call) {
        return requests.handle(call);
    }

    @Override
    public void close() throws Exception {
        transactions.close();
    }
}
