/// An object store that is a directory.
@NullMarked
package io.quafka.tiering.directory;

import org.jspecify.annotations.NullMarked;
