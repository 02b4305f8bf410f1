/// An S3 server for tests, with faults where a test wants them.
@NullMarked
package io.quafka.s3server;

import org.jspecify.annotations.NullMarked;
