/// What replicas of a shard decide: how far the log is committed, who is in sync, where a log that
/// went another way is cut. Pure: no I/O, no clock, no thread.
@NullMarked
package io.quafka.storage.replication;

import org.jspecify.annotations.NullMarked;
