package io.quafka.gateway.auth;

import javax.security.sasl.SaslException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.security.oauthbearer.internals.OAuthBearerSaslServer;

/// One client's exchange by OAUTHBEARER (RFC 7628): one token, and where that is refused nothing
/// but the end, so that no exchange tries several.
final class TokenSaslServer extends OAuthBearerSaslServer {
    private boolean refused;

    TokenSaslServer(Tokens tokens) {
        super(tokens);
    }

    @Override
    public byte[] evaluateResponse(byte[] response) throws SaslException {
        if (refused) {
            throw new SaslAuthenticationException("the token was refused");
        }
        byte[] challenge = super.evaluateResponse(response);
        refused = !isComplete();
        return challenge;
    }
}
