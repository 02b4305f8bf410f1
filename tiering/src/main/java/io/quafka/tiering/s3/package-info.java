/// An object store behind the S3 API. The only importer of Amazon's SDK.
@NullMarked
package io.quafka.tiering.s3;

import org.jspecify.annotations.NullMarked;
