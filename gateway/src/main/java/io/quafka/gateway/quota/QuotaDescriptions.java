package io.quafka.gateway.quota;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.image.ClientQuotaImage;
import org.apache.kafka.image.ClientQuotasImage;

/// Which quotas a filter is about: said by the image of Kafka's own brokers.
public final class QuotaDescriptions {
    private QuotaDescriptions() {}

    /// @param quotas of all entities
    public static DescribeClientQuotasResponseData answer(
            Map<ClientQuotaEntity, Map<String, Double>> quotas,
            DescribeClientQuotasRequestData request) {
        Map<ClientQuotaEntity, ClientQuotaImage> entities = HashMap.newHashMap(quotas.size());
        quotas.forEach((entity, own) -> entities.put(entity, new ClientQuotaImage(own)));
        try {
            return new ClientQuotasImage(entities).describe(request);
        } catch (ApiException e) {
            return new DescribeClientQuotasResponseData()
                    .setErrorCode(Errors.forException(e).code())
                    .setErrorMessage(e.getMessage())
                    .setEntries(null);
        }
    }
}
