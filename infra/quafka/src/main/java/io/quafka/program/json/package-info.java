/// JSON, for the command line and over HTTP.
@NullMarked
package io.quafka.program.json;

import org.jspecify.annotations.NullMarked;
