/// Who a client is: SASL and certificates, in front of whatever answers its requests.
@NullMarked
package io.quafka.gateway.auth;

import org.jspecify.annotations.NullMarked;
