/// How much clients may: quotas of users, client ids and addresses, in front of whatever answers
/// their requests.
@NullMarked
package io.quafka.gateway.quota;

import org.jspecify.annotations.NullMarked;
