/// Who may do what: Kafka's ACLs, asked in front of the gateway's APIs.
@org.jspecify.annotations.NullMarked
package io.quafka.gateway.access;
