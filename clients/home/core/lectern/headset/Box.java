package lectern.headset;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.Charset;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * Where the box is: http://192.0.2.5:8080 or https://..., and whom to believe there ({@link Trust}). Android
 * forbids http:// to apps that don't ask for it (usesCleartextTraffic).
 */
public final class Box {
    /**
     * The box answers our clock each second. After so long a silence it is gone, even if nothing reports it.
     */
    static final int PATIENCE_MS = 10000;
    static final Charset UTF_8 = Charset.forName("UTF-8");
    private static final int LARGEST_ANSWER = 1 << 20;

    private final URI uri;
    private final boolean isSecure;
    private final String host;
    private final int port;
    private final Trust trust;

    public Box(String address) {
        this(address, Trust.system());
    }

    public Box(String address, Trust trust) {
        try {
            uri = new URI(address.endsWith("/") ? address.substring(0, address.length() - 1) : address);
        } catch (URISyntaxException error) {
            throw new IllegalArgumentException(address + " names no box", error);
        }
        isSecure = "https".equals(uri.getScheme());
        if (uri.getHost() == null || !(isSecure || "http".equals(uri.getScheme())))
            throw new IllegalArgumentException(address
                + " names no box: expected http://HOST:PORT or https://HOST:PORT");
        host = uri.getHost().replace("[", "").replace("]", "");
        port = uri.getPort() > 0 ? uri.getPort() : isSecure ? 443 : 80;
        this.trust = trust;
    }

    public String address() {
        return uri.toString();
    }

    String authority() {
        return uri.getAuthority();
    }

    /**
     * Pairs this headset by the six digits of the teacher's page, and returns the token to keep. Waits for
     * the network. `name` may be null: the box gives one then. Where a teacher has to let the headset in
     * first, the token is good from then on: {@link #isLetIn} says when.
     */
    public String pair(String code, String serialNumber, String model, String name) throws IOException {
        return Json.text(post("/v1/pairings", null,
            Json.object("code", code, "serial_number", serialNumber, "model", model, "name", name)), "token");
    }

    /**
     * Pairs this headset by its student's sign-in. The token is good at once, or, while `waiting` is true,
     * from the moment when the teacher lets the headset in: until then the box answers 401.
     */
    public Map<String, Object> pairBySignIn(String serialNumber, String model, String nickname, String pin)
        throws IOException {
        return post("/v1/pairings/sign-in", null,
            Json.object("serial_number", serialNumber, "model", model, "nickname", nickname, "pin", pin));
    }

    /** Whether a token of `pair` or `pairBySignIn` is good by now. Waits for the network. */
    public boolean isLetIn(String token) throws IOException {
        HttpURLConnection call = open(uri + "/v1/logins/current", token);
        try {
            if (call.getResponseCode() == 200) return true;
            if (call.getResponseCode() == 401) return false;
            throw refusal(call);
        } finally {
            call.disconnect();
        }
    }

    /** Fails where no box answers. Waits for the network. */
    public void greet() throws IOException {
        HttpURLConnection call = open(uri + "/healthz", null);
        try {
            if (call.getResponseCode() != 200) throw refusal(call);
        } finally {
            call.disconnect();
        }
    }

    Map<String, Object> post(String path, String token, Map<String, Object> body) throws IOException {
        HttpURLConnection call = open(uri + path, token);
        try {
            call.setDoOutput(true);
            call.setRequestProperty("Content-Type", "application/json");
            byte[] bytes = Json.write(body).getBytes(UTF_8);
            call.setFixedLengthStreamingMode(bytes.length);
            call.getOutputStream().write(bytes);
            if (call.getResponseCode() / 100 != 2) throw refusal(call);
            return Json.readObject(new String(all(call.getInputStream()), UTF_8));
        } finally {
            call.disconnect();
        }
    }

    /** A call to that path or address; the token only ever goes to this box. */
    HttpURLConnection open(String address, String token) throws IOException {
        URI target;
        try {
            target = uri.resolve(new URI(address));
        } catch (URISyntaxException error) {
            throw new IOException("this is no address: " + address);
        }
        if (!"http".equals(target.getScheme()) && !"https".equals(target.getScheme()))
            throw new IOException("this is no address of HTTP: " + address);
        boolean isOwn = uri.getScheme().equals(target.getScheme())
            && uri.getAuthority().equals(target.getAuthority());
        HttpURLConnection call = (HttpURLConnection) new URL(target.toString()).openConnection();
        if (isOwn && call instanceof HttpsURLConnection) trust.apply((HttpsURLConnection) call);
        call.setConnectTimeout(PATIENCE_MS);
        call.setReadTimeout(PATIENCE_MS);
        call.setInstanceFollowRedirects(false);
        if (isOwn && token != null) call.setRequestProperty("Authorization", "Bearer " + token);
        return call;
    }

    static Refused refusal(HttpURLConnection call) throws IOException {
        InputStream said = call.getErrorStream();
        String text = said == null ? "" : new String(all(said), UTF_8);
        String detail;
        try {
            detail = Json.text(Json.readObject(text), "detail", "");
        } catch (JsonError notOfTheBox) {
            detail = "";
        }
        return new Refused(call.getResponseCode(), detail);
    }

    private static byte[] all(InputStream from) throws IOException {
        try (InputStream input = from) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] some = new byte[8192];
            for (int count = input.read(some); count >= 0; count = input.read(some)) {
                all.write(some, 0, count);
                if (all.size() > LARGEST_ANSWER) throw new IOException("an answer over 1 MiB");
            }
            return all.toByteArray();
        }
    }

    Socket connect(Socket plain) throws IOException {
        plain.setTcpNoDelay(true);
        plain.connect(new InetSocketAddress(host, port), PATIENCE_MS);
        plain.setSoTimeout(PATIENCE_MS);
        if (!isSecure) return plain;
        SSLSocketFactory factory = trust.factory();
        SSLSocket secure = (SSLSocket) factory.createSocket(plain, host, port, true);
        if (trust.checksNames()) { // by default a socket believes any certificate, whatever name is in it
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secure.setSSLParameters(parameters);
        }
        secure.setSoTimeout(PATIENCE_MS);
        secure.startHandshake();
        return secure;
    }
}
