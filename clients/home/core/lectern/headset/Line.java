package lectern.headset;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Locale;

/**
 * As much of a WebSocket as the protocol needs. It connects and reads on its own thread, so that waiting for
 * the network never delays a command.
 */
final class Line {
    /** Called on the line's thread. */
    interface Ear {
        void heard(Line line, String text, double ownMs) throws InterruptedException;

        /** The last call. `code`: the reason that the box gave, or 0. */
        void gone(Line line, String why, int code, boolean isUnpaired) throws InterruptedException;
    }

    private static final int FINAL = 128, MORE = 0, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10;
    private static final int LARGEST = 1 << 20;
    private static final String WEB_SOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final Box box;
    private final String token;
    private final String role;
    private final OwnClock clock;
    private final Ear ear;
    private final Socket plain = new Socket();
    private volatile Socket socket = plain;
    private final SecureRandom random = new SecureRandom();
    private int closeCode = 0; // of the line's thread
    private final Thread thread = new Thread("lectern-line") {
        @Override public void run() {
            live();
        }
    };

    Line(Box box, String token, String role, OwnClock clock, Ear ear) {
        this.role = role;
        this.box = box;
        this.token = token;
        this.clock = clock;
        this.ear = ear;
        thread.setDaemon(true);
    }

    void open() {
        thread.start();
    }

    /** Closes the socket below TLS: a closing message would wait for a network that may be gone. */
    void close() {
        closeQuietly();
        thread.interrupt();
    }

    void send(String text) throws IOException {
        send(TEXT, text.getBytes(Box.UTF_8));
    }

    void sendPicture(byte[] jpeg) throws IOException {
        byte[] payload = new byte[jpeg.length + 1];
        payload[0] = 1;
        System.arraycopy(jpeg, 0, payload, 1, jpeg.length);
        send(BINARY, payload);
    }

    private void closeQuietly() {
        try {
            plain.close();
        } catch (IOException error) {
            // It was closed already, or the network is gone: either way nothing is open any more.
        }
    }

    private void live() {
        boolean isUnpaired = false;
        String why;
        try {
            socket = box.connect(plain);
            DataInputStream input = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            int status = greet(input);
            isUnpaired = status == 401;
            if (status != 101) throw new IOException("the box answers " + status);
            listen(input);
            why = "the box has closed";
        } catch (IOException error) {
            why = error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
        } catch (InterruptedException closed) {
            why = "closed";
        } finally {
            closeQuietly();
        }
        try {
            ear.gone(this, why, closeCode, isUnpaired);
        } catch (InterruptedException stopped) {
            // Nobody is listening any more.
        }
    }

    private int greet(DataInputStream input) throws IOException {
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        String key = Hash.base64(nonce);
        socket.getOutputStream().write(("GET /v1/live?role=" + role + " HTTP/1.1\r\nHost: " + box.authority()
            + "\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + "\r\n"
            + "Authorization: Bearer " + token + "\r\n\r\n").getBytes(Box.UTF_8));
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            if (head.length() > 16384) throw new IOException("this is no box");
            head.append((char) input.readUnsignedByte());
        }
        String[] lines = head.toString().split("\r\n");
        String[] words = lines[0].split(" ");
        if (words.length < 2 || !words[1].matches("[0-9]{3}")) throw new IOException("this is no box");
        int status = Integer.parseInt(words[1]);
        String proof = Hash.base64(Hash.sum("SHA-1").digest((key + WEB_SOCKET).getBytes(Box.UTF_8)));
        String accepted = null;
        for (String line : lines)
            if (line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-accept:"))
                accepted = line.substring(line.indexOf(':') + 1).trim();
        if (status == 101 && !proof.equals(accepted))
            throw new IOException("something between here and the box answers in its place");
        return status;
    }

    private void listen(DataInputStream input) throws IOException, InterruptedException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        while (true) {
            int first = input.readUnsignedByte();
            long size = input.readUnsignedByte() & 127;
            if (size == 126) size = input.readUnsignedShort();
            else if (size == 127) size = input.readLong();
            if (size < 0 || size + message.size() > LARGEST)
                throw new IOException("a message of " + size + " bytes is too large");
            byte[] payload = new byte[(int) size];
            input.readFully(payload);
            int kind = first & 15;
            if (kind == MORE || kind == TEXT) {
                message.write(payload, 0, payload.length);
                if ((first & FINAL) == 0) continue;
                ear.heard(this, message.toString("UTF-8"), clock.nowMs());
                message.reset();
            } else if (kind == CLOSE) {
                throw closed(payload);
            } else if (kind == PING) {
                send(PONG, payload);
            }
        }
    }

    private IOException closed(byte[] payload) {
        if (payload.length < 2) return new IOException("the box has closed");
        closeCode = (payload[0] & 255) << 8 | payload[1] & 255;
        String reason = new String(Arrays.copyOfRange(payload, 2, payload.length), Box.UTF_8);
        return new IOException("the box has closed: " + closeCode + (reason.isEmpty() ? "" : " " + reason));
    }

    private synchronized void send(int kind, byte[] payload) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream(payload.length + 14);
        frame.write(FINAL | kind);
        int bytesOfSize = payload.length < 126 ? 0 : payload.length < 65536 ? 2 : 8;
        frame.write(128 | (bytesOfSize == 0 ? payload.length : bytesOfSize == 2 ? 126 : 127));
        for (int place = bytesOfSize - 1; place >= 0; --place)
            frame.write((int) ((long) payload.length >> (8 * place)));
        byte[] mask = new byte[4];
        random.nextBytes(mask);
        frame.write(mask, 0, 4);
        for (int i = 0; i < payload.length; ++i) frame.write(payload[i] ^ mask[i & 3]);
        socket.getOutputStream().write(frame.toByteArray());
    }
}
