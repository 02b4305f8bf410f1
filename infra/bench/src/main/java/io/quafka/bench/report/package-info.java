/// Figures, targets, verdicts and the table that shows them.
@NullMarked
package io.quafka.bench.report;

import org.jspecify.annotations.NullMarked;
