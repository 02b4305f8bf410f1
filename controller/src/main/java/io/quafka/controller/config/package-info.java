/// The settings of topics and of the cluster, by Kafka's names, types, defaults and limits.
@NullMarked
package io.quafka.controller.config;

import org.jspecify.annotations.NullMarked;
