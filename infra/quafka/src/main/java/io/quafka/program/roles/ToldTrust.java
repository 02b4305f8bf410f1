package io.quafka.program.roles;

import io.quafka.wire.RateLimitedLog;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Tells the log whose certificates were refused, a few lines a second at most, for those who
/// refuse in silence. Any thread.
final class ToldTrust extends X509ExtendedTrustManager {
    private static final RateLimitedLog log =
            new RateLimitedLog(LoggerFactory.getLogger(ToldTrust.class));

    private final X509ExtendedTrustManager trust;

    ToldTrust(X509ExtendedTrustManager trust) {
        this.trust = trust;
    }

    private interface Check {
        void check() throws CertificateException;
    }

    private static void tell(X509Certificate[] chain, Check check) throws CertificateException {
        try {
            check.check();
        } catch (CertificateException e) {
            boolean shown = chain.length > 0;
            log.at(Level.WARN)
                    .addKeyValue("subject", shown ? chain[0].getSubjectX500Principal() : "nobody")
                    .addKeyValue("issuer", shown ? chain[0].getIssuerX500Principal() : "nobody")
                    .addKeyValue("problem", e.getMessage())
                    .log("a node's certificate was refused: it gets nothing");
            throw e;
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        tell(chain, () -> trust.checkClientTrusted(chain, type, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        tell(chain, () -> trust.checkServerTrusted(chain, type, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        tell(chain, () -> trust.checkClientTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        tell(chain, () -> trust.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        tell(chain, () -> trust.checkClientTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        tell(chain, () -> trust.checkServerTrusted(chain, type));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return trust.getAcceptedIssuers();
    }
}
