package lectern.headset;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Locale;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Whom to believe behind https://. */
public final class Trust {
    private final SSLSocketFactory factory;
    private final boolean checksNames;

    private Trust(SSLSocketFactory factory, boolean checksNames) {
        this.factory = factory;
        this.checksNames = checksNames;
    }

    /** The authorities that this system knows. */
    public static Trust system() {
        return new Trust(null, true);
    }

    /**
     * Certificates signed by the authority in this PEM file (`lectern certificate` makes one), and no others.
     */
    public static Trust authority(InputStream pem) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry("box",
                CertificateFactory.getInstance("X.509").generateCertificate(pem));
            TrustManagerFactory managers =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            return new Trust(factoryOf(managers.getTrustManagers()), true);
        } catch (GeneralSecurityException error) {
            throw new IOException("this is no authority: " + error.getMessage(), error);
        }
    }

    /**
     * Only the box whose public key has this SHA-256 (64 hexadecimal digits), under whatever name or address:
     * the key says who it is, and it stays when the box gets a new certificate for it.
     */
    public static Trust pinned(String sha256) {
        String wanted = sha256.replace(":", "").toLowerCase(Locale.ROOT);
        if (!wanted.matches("[0-9a-f]{64}"))
            throw new IllegalArgumentException("a pinned key is 64 hexadecimal digits, not " + sha256);
        try {
            return new Trust(factoryOf(new TrustManager[] {new Pin(wanted)}), false);
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException(error);
        }
    }

    /**
     * The SHA-256 of the public key that answers at this https:// address now, to be pinned from then on, or
     * null for http://. It does not say whose key that is: compare it with what the box prints where
     * strangers share the network.
     */
    public static String keyShownBy(String address) throws IOException {
        if (!address.startsWith("https://")) return null;
        Look look = new Look();
        try {
            new Box(address, new Trust(factoryOf(new TrustManager[] {look}),
                false)).connect(new Socket()).close();
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException(error);
        } catch (SSLException expected) {
            if (look.seen == null) throw expected;
        }
        return look.seen;
    }

    SSLSocketFactory factory() {
        return factory == null ? (SSLSocketFactory) SSLSocketFactory.getDefault() : factory;
    }

    boolean checksNames() {
        return checksNames;
    }

    void apply(HttpsURLConnection call) {
        if (factory != null) call.setSSLSocketFactory(factory);
        if (!checksNames) call.setHostnameVerifier(ANY_NAME);
    }

    private static SSLSocketFactory factoryOf(TrustManager[] managers) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers, null);
        return context.getSocketFactory();
    }

    /** Only together with a Pin, which has judged the key before a name is looked at. */
    private static final HostnameVerifier ANY_NAME = new HostnameVerifier() {
        @Override public boolean verify(String name, SSLSession session) {
            return true;
        }
    };

    private static String keyOf(X509Certificate certificate) {
        return Hash.hex(Hash.sum("SHA-256").digest(certificate.getPublicKey().getEncoded()));
    }

    /** Believes nobody, and remembers the key that it was shown. */
    private static final class Look implements X509TrustManager {
        private String seen;

        @Override public void checkServerTrusted(X509Certificate[] chain, String kind)
            throws CertificateException {
            if (chain != null && chain.length > 0) seen = keyOf(chain[0]);
            throw new CertificateException("only looked at");
        }

        @Override public void checkClientTrusted(X509Certificate[] chain, String kind)
            throws CertificateException {
            throw new CertificateException("a headset is no server");
        }

        @Override public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    private static final class Pin implements X509TrustManager {
        private final String wanted;

        Pin(String wanted) {
            this.wanted = wanted;
        }

        @Override public void checkServerTrusted(X509Certificate[] chain, String kind)
            throws CertificateException {
            if (chain == null || chain.length == 0)
                throw new CertificateException("the box shows no certificate");
            String found = keyOf(chain[0]);
            if (!found.equals(wanted))
                throw new CertificateException("another box answers: its key is " + found);
        }

        @Override public void checkClientTrusted(X509Certificate[] chain, String kind)
            throws CertificateException {
            throw new CertificateException("a headset is no server");
        }

        @Override public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
