package io.quafka.gateway;

import java.util.function.Predicate;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListTransactionsResponseData;
import org.apache.kafka.common.protocol.Errors;

/// The APIs that list what coordinators have.
final class Listings {
    private Listings() {}

    enum Groups implements CoordinatedListing.Protocol<ListGroupsResponseData> {
        INSTANCE;

        @Override
        public ListGroupsResponseData answer(Errors error) {
            return new ListGroupsResponseData().setErrorCode(error.code());
        }

        @Override
        public Errors error(ListGroupsResponseData answer) {
            return Errors.forCode(answer.errorCode());
        }

        @Override
        public void join(
                ListGroupsResponseData into,
                ListGroupsResponseData more,
                Predicate<String> wanted) {
            more.groups().stream()
                    .filter(group -> wanted.test(group.groupId()))
                    .forEach(into.groups()::add);
        }
    }

    enum Transactions implements CoordinatedListing.Protocol<ListTransactionsResponseData> {
        INSTANCE;

        @Override
        public ListTransactionsResponseData answer(Errors error) {
            return new ListTransactionsResponseData().setErrorCode(error.code());
        }

        @Override
        public Errors error(ListTransactionsResponseData answer) {
            return Errors.forCode(answer.errorCode());
        }

        @Override
        public void join(
                ListTransactionsResponseData into,
                ListTransactionsResponseData more,
                Predicate<String> wanted) {
            into.setUnknownStateFilters(more.unknownStateFilters());
            more.transactionStates().stream()
                    .filter(transaction -> wanted.test(transaction.transactionalId()))
                    .forEach(into.transactionStates()::add);
        }
    }
}
