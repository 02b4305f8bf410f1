/// What the cluster knows of itself: nodes, shards, topics, configs; and the commands that change
/// it.
@NullMarked
package io.quafka.controller.model;

import org.jspecify.annotations.NullMarked;
