/// The port to the store that holds the history: objects under keys, written once and read in
/// ranges.
@NullMarked
package io.quafka.tiering.store;

import org.jspecify.annotations.NullMarked;
