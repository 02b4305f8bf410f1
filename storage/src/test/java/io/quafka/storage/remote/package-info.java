@NullMarked
package io.quafka.storage.remote;

import org.jspecify.annotations.NullMarked;
